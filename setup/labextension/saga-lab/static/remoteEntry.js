// What Saga Lab adds to JupyterLab: a cell that begins with %%asl is coloured as JSON (or YAML), and an output
// whose widget is gone with its kernel shows its text in place of an error. A federated extension is a script that
// leaves {init, get} under its name; it is short enough to be written by hand (setup/README.md).
(() => {
  const WIDGET = 'application/vnd.jupyter.widget-view+json';

  function languageOf(source) {
    const end = source.indexOf('\n');
    return end > 0 && source.slice(end).trimStart().startsWith('{') ? 'application/json' : 'text/x-yaml';
  }

  function colourCells(notebook) {
    const colour = model => {
      const source = model.sharedModel.getSource();
      const isAsl = /^%%asl\s/.test(source);
      if (isAsl || model.coloured) {
        const wanted = isAsl ? languageOf(source) : notebook.codeMimetype;
        model.coloured = isAsl;
        if (model.mimeType !== wanted) {
          model.mimeType = wanted;
        }
      }
    };
    const watched = new WeakSet();
    const watch = () => {
      for (const model of notebook.model?.cells ?? []) {
        if (model.type === 'code' && !watched.has(model)) {
          watched.add(model);
          model.contentChanged.connect(() => colour(model));
          model.mimeTypeChanged.connect(() => colour(model)); // the kernel's language is told to all cells
          colour(model);
        }
      }
    };
    const listen = () => {
      notebook.model?.cells.changed.connect(watch);
      watch();
    };
    notebook.modelChanged.connect(listen);
    listen();
  }

  // Of a saved notebook whose kernel is gone, the widgets' manager says "Error displaying widget: model not found".
  function textForLostWidgets(notebook) {
    const mend = () => {
      for (const cell of notebook.widgets) {
        const outputs = cell.model.type === 'code' ? cell.outputArea?.model : undefined;
        const shown = cell.outputArea?.widgets ?? [];
        for (let index = 0; index < (outputs?.length ?? 0); index++) {
          const data = outputs.get(index).data;
          const node = shown[index]?.node.querySelector(`[data-mime-type="${WIDGET}"]`);
          if (node && data[WIDGET] && data['text/plain'] && /^Error displaying widget/.test(node.textContent)) {
            const text = document.createElement('pre');
            text.textContent = [data['text/plain']].flat().join('');
            node.replaceChildren(text);
          }
        }
      }
    };
    let due = 0;
    const observer = new MutationObserver(() => {
      window.clearTimeout(due);
      due = window.setTimeout(mend, 100);
    });
    observer.observe(notebook.node, { childList: true, subtree: true });
    notebook.disposed.connect(() => observer.disconnect());
  }

  const plugin = {
    id: 'saga-lab:plugin',
    description: 'Colours %%asl cells, and shows the text of widgets that are gone.',
    autoStart: true,
    activate: app => {
      app.docRegistry.addWidgetExtension('Notebook', {
        createNew: panel => {
          colourCells(panel.content);
          textForLostWidgets(panel.content);
        }
      });
    }
  };

  (window._JUPYTERLAB ??= {})['saga-lab'] = {
    init: () => {},
    get: async () => () => ({ default: plugin, __esModule: true })
  };
})();
