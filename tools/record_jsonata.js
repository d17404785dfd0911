// Record the reference's answers anew: npm jsonata 2.0.6, which is what Step Functions has.
//
//   npm install --no-save jsonata@2.0.6
//   node tools/record_jsonata.js tests/asl/jsonata_reference*.json
//
// Each file keeps its variables and its expressions; their answers are replaced. Numbers that JSON cannot hold
// are written as texts ("Infinity").
const fs = require("fs");
const jsonata = require("jsonata");

async function answer(text, variables) {
  try {
    const result = await jsonata(text).evaluate(undefined, JSON.parse(JSON.stringify(variables)));
    if (result === undefined) return { undefined: true };
    if (typeof result === "function" || result?._jsonata_lambda || result?._jsonata_function) {
      return { function: true };
    }
    const finite = (key, value) =>
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    return { value: JSON.parse(JSON.stringify(result, finite)) };
  } catch (error) {
    return { code: error.code ?? null, message: error.message };
  }
}

async function record(name) {
  const file = JSON.parse(fs.readFileSync(name, "utf8"));
  const lines = [];
  for (const [text] of file.answers) {
    lines.push(JSON.stringify([text, await answer(text, file.variables)]));
  }
  const head = `{"made_with": "npm jsonata 2.0.6",\n"variables": ${JSON.stringify(file.variables)},\n`;
  fs.writeFileSync(name, `${head}"answers": [\n${lines.join(",\n")}\n]}\n`);
}

(async () => {
  for (const name of process.argv.slice(2)) await record(name);
  process.exit(0);
})();
