// Bundles the browser's part into kundenkreis/web/static/dist: hashed files, a manifest of their names, and the icons.
// Run by build_hook.py when the Python package is built; `node build.mjs --watch` rebuilds while you work.
import { build, context } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.resolve(here, "../kundenkreis/web/static/dist");

/** The inner markup of every icon named in icons.txt, for `icon()` in Jinja. */
async function icons() {
  const names = (await readFile(path.join(here, "icons.txt"), "utf8")).split("\n").map((name) => name.trim()).filter(Boolean);
  const found = {};
  for (const name of names) {
    const svg = await readFile(path.join(here, "node_modules/lucide-static/icons", `${name}.svg`), "utf8").catch(() => {
      throw new Error(`icons.txt names "${name}", which lucide does not have.`);
    });
    found[name] = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
  }
  return found;
}

/** Maps each name a template may ask for (`app.js`, `app.css`, the text font) to the hashed file. */
function manifest(outputs) {
  const files = {};
  for (const [file, output] of Object.entries(outputs)) {
    const name = path.basename(file);
    if (output.entryPoint) files[path.basename(output.entryPoint)] = `dist/${name}`;
    else if (name.startsWith("inter-latin-wght-normal-")) files["inter.woff2"] = `dist/${name}`;
  }
  return files;
}

/** Removes what earlier builds left behind, so that a package never carries two versions. */
async function sweep(outputs) {
  const kept = new Set(Object.keys(outputs).map((file) => path.basename(file)).concat(["manifest.json", "icons.json", "licences.txt"]));
  for (const name of await readdir(dist)) if (!kept.has(name)) await rm(path.join(dist, name));
}

/** The licences of what is bundled travel with it. */
async function licences() {
  const { dependencies } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
  const parts = await Promise.all(
    Object.keys(dependencies).map(async (name) => `${name}\n\n${await readFile(path.join(here, "node_modules", name, "LICENSE"), "utf8")}`),
  );
  return parts.join(`\n\n${"-".repeat(80)}\n\n`);
}

const finish = {
  name: "manifest",
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length) return;
      await writeFile(path.join(dist, "icons.json"), JSON.stringify(await icons()));
      await writeFile(path.join(dist, "licences.txt"), await licences());
      await sweep(result.metafile.outputs);
      const digest = process.env.KUNDENKREIS_SOURCES ?? "";
      const text = JSON.stringify({ sources: digest, files: manifest(result.metafile.outputs) }, null, 1);
      await writeFile(path.join(dist, "manifest.json"), text);
    });
  },
};

const options = {
  absWorkingDir: here,
  entryPoints: ["app.js", "worker.js", "css/app.css"],
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  outdir: dist,
  bundle: true,
  minify: true,
  metafile: true,
  format: "esm",
  target: ["chrome123", "firefox120", "safari17.5"],
  loader: { ".woff2": "file" },
  legalComments: "eof",
  logLevel: "warning",
  plugins: [finish],
};

await mkdir(dist, { recursive: true });
if (process.argv.includes("--watch")) await (await context({ ...options, logLevel: "info" })).watch();
else await build(options);
