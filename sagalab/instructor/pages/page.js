// The keys of the demonstration's pages, and their parts as the server sends them. No other page has a script of ours:
// no element of HTML, and no widget, hears an arrow key, and a key opens full screen from a script only.
const view = document.body.dataset.view;

// One key after the other: on two connections the later one may come first.
let pressed = Promise.resolve();
function press(key) {
  pressed = pressed
    .then(() => fetch("press", { method: "POST", headers: { "X-Sagalab": "press" }, body: key }))
    .catch(() => {});
}

let news;
function listen() {
  news = new EventSource("events/" + view);
  news.onopen = () => document.body.classList.remove("lost");
  news.onerror = () => document.body.classList.add("lost");
  news.onmessage = (message) => {
    for (const [id, html] of Object.entries(JSON.parse(message.data))) document.getElementById(id).innerHTML = html;
    document.body.classList.add("ready");
  };
}
listen();
// A browser has six connections to one server. A tab that nobody sees takes none, so that keys never wait for one.
document.addEventListener("visibilitychange", () => {
  news.close();
  if (!document.hidden) listen();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const onButton = event.target.closest("button, a") && (event.key === " " || event.key === "Enter");
  if (onButton || !/^([ -~]|Arrow\w+|Page\w+|Home|End|Enter|Backspace)$/.test(event.key)) return;
  event.preventDefault();
  if (event.key === "f") {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  } else if (event.key === "w") window.open("speaker", "sagalab-speaker", "popup,width=1024,height=768");
  else press(event.key);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-press]");
  if (button) press(button.dataset.press);
});
document.addEventListener("mousedown", (event) => event.preventDefault()); // a click takes no focus: keys go on
