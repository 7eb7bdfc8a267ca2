// The wasm files: one for the web with wasm-bindgen, one for mini-programs in the first version of WebAssembly, one for membership, one for draws, one that lints offers.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { blank, deadData, withoutNotes } from "./dead-data.mjs";
import { factory } from "./glue.mjs";
import { namedByLikeness } from "./likeness.mjs";
import { blankLocations, silence } from "./panics.mjs";
import { cut } from "./part.mjs";
import { fail, root, run, step } from "./run.mjs";

/** What the wasm files are made from. */
export const wasmInputs = ["src", "Cargo.toml", "Cargo.lock", "pkg-template/build"];

const target = "wasm32-unknown-unknown";
const compileHelp = "Read the compiler's message above. Is the wasm32 target there? Run: .ci/setup package";
const toolHelp = "Run: .ci/setup package";

// Panic messages name source files; they must not name this machine's folders.
const cargoHome = process.env.CARGO_HOME || join(homedir(), ".cargo");
const rustup = process.env.RUSTUP_HOME || join(homedir(), ".rustup");
const remap = [`--remap-path-prefix=${join(cargoHome, "registry", "src")}=registry`, `--remap-path-prefix=${root}=.`];

/** Settings of a build in a folder of its own, so that its flags do not make cargo build everything else again. */
function cargoEnv(work, name, flags = []) {
  return {
    CARGO_TARGET_DIR: join(work, `cargo-${name}`),
    // The linker says who uses what, for dead-data.mjs.
    CARGO_ENCODED_RUSTFLAGS: [...remap, "-Clink-arg=--emit-relocs", ...flags].join("\x1f"),
    CARGO_TERM_COLOR: "never",
  };
}

// Control flow that is laid anew from flat code repeats itself more. Hints of alignment mean nothing, so all are made the same. What calls may touch, and
// that nothing lies in the first kilobyte (it is the far end of the stack), lets more be left out. Inlining and keeping what is computed twice make the
// file smaller and its compressed form larger.
const optimize = ["--low-memory-unused", "--dealign", "--generate-global-effects", "--flatten", "--rereloop", "-Os",
  "--generate-global-effects", "--dae-optimizing", "-Os", "--skip-pass=inlining-optimizing", "--skip-pass=local-cse"];
const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
const named = ["bulk-memory", "bulk-memory-opt", "call-indirect-overlong", "multivalue", "mutable-globals",
  "nontrapping-float-to-int", "reference-types", "sign-ext"].map((feature) => `--enable-${feature}`);

/** The wasm in `from`, with traps in place of panics and without their words; `linked` is what it was made from. */
async function withoutPanics(linked, from, to) {
  try {
    const dead = deadData(await readFile(linked));
    const bytes = await silence(withoutNotes(await readFile(from)));
    if (blank(bytes, dead) === 0 || blankLocations(bytes) === 0) throw new Error("it has no words of panics");
    await writeFile(to, bytes);
  } catch (error) {
    fail(`${from} is not the wasm known here: ${error.message}`, "See pkg-template/build/panics.mjs and dead-data.mjs.");
  }
}

/** Puts the functions of a finished file into an order that compresses well. */
async function order(file, flags) {
  const named = `${file}.named`;
  await writeFile(named, namedByLikeness(await readFile(file)));
  await run("wasm-opt", [named, "-o", file, ...flags, "--reorder-functions-by-name", "--optimize-stack-ir", ...strip], { wayOut: toolHelp });
  await rm(named);
}

/** The parts, each with the function that all its calls go through (`part` in src/wasm). */
export const PARTS = [
  { name: "offers", gate: /wasm(?:::|8)checkout(?:::|4)part/ },
  { name: "insight", gate: /wasm(?:::|7)insight(?:::|4)part/ },
  { name: "verify", gate: /wasm(?:::|6)verify(?:::|4)part/ },
  { name: "report", gate: /wasm(?:::|9)reporting(?:::|4)part/ },
  { name: "invite", gate: /wasm(?:::|6)invite(?:::|4)part/ },
];

/** What cargo's linker wrote. */
const linkedBy = (env) => join(env.CARGO_TARGET_DIR, target, "wasm", "nearshelf.wasm");

/**
 * @param {string} work where cargo builds
 * @param {string} out gets nearshelf.wasm, the parts and glue.js, and bindgen.js with bindgen_bg.wasm as wasm-bindgen wrote them
 * @param {{ vectors?: boolean }} [options] `vectors`: reads the vectors of products, for tests/bench; no package has it
 */
export async function buildWebWasm(work, out, { vectors = false } = {}) {
  const features = vectors ? "web,bare,vectors" : "web,bare";
  // The scan of vectors is written in 128-bit instructions (src/rank/kernel.rs).
  const simd = vectors ? ["--enable-simd"] : [];
  const env = cargoEnv(work, "web");
  await step("web wasm: compile and bind", () => run("wasm-pack", [
    "build", "--target", "web", "--mode", "no-install", "--profile", "wasm", "--no-pack", "--no-typescript", "--no-gitignore", "--no-opt",
    "--out-dir", out, "--out-name", "bindgen", root, "--no-default-features", "--features", features,
  ], { env, wayOut: compileHelp }));
  const bound = await readFile(join(out, "bindgen.js"), "utf8");
  try {
    await writeFile(join(out, "glue.js"), factory(bound));
  } catch (error) {
    fail(`wasm-bindgen's module is not the one known here: ${error.message}`,
      "After an update of wasm-bindgen, adapt pkg-template/build/glue.mjs.");
  }
  await step("web wasm: optimize", async () => {
    const features = [...named, ...simd];
    const [silent, whole, core] = ["silent", "whole", "nearshelf"].map((name) => join(out, `${name}.wasm`));
    const parts = PARTS.map((part) => ({ ...part, out: join(out, `${part.name}.wasm`) }));
    await withoutPanics(linkedBy(env), join(out, "bindgen_bg.wasm"), silent);
    await run("wasm-opt", [silent, "-o", whole, "-g", ...features, ...optimize], { wayOut: toolHelp });
    await cutOff({ linked: linkedBy(env), whole }, parts, core, features, false);
    await rm(silent);
    await rm(whole);
  });
}

/**
 * The linter of offers: for a shop's own Node, so what it weighs is of no matter, and it keeps its words.
 * @param {string} work where cargo builds
 * @param {string} out gets nearshelf-lint.wasm
 */
export async function buildLintWasm(work, out) {
  const env = cargoEnv(work, "lint", [`--remap-path-prefix=${rustup}=rust`]);
  await step("lint wasm: compile", () => run("cargo", [
    "build", "--lib", "--profile", "wasm", "--no-default-features", "--features", "lint", "--target", target,
  ], { env, wayOut: compileHelp }));
  await step("lint wasm: optimize", () => run("wasm-opt", [linkedBy(env), "-o", join(out, "nearshelf-lint.wasm"), ...named, "-Os", ...strip], { wayOut: toolHelp }));
}

/**
 * @param {string} work where cargo builds
 * @param {string} out gets nearshelf.wasm, nearshelf.wasm.br and the same of each part
 */
export function buildMiniProgramWasm(work, out) {
  return buildPlainWasm(work, out, "mini-program", "abi,bare", "nearshelf", PARTS);
}

/** Programs of their own, without a shelf: their feature, name, and flags that make less of it. */
const ALONE = {
  membership: { features: "member,bare", flags: [] },
  draws: { features: "draws,bare", flags: ['--cfg=sha2_backend_soft="compact"'] },
};

/**
 * Membership or draws, once for mini-programs and once for everybody else, which is 1.3 kB less on the wire.
 * @param {"membership" | "draws"} name
 * @param {string} work where cargo builds
 * @param {string} out gets nearshelf-NAME.wasm and, in mini-program/, another and its nearshelf-NAME.wasm.br
 */
export async function buildWasmAlone(name, work, out) {
  const { features, flags } = ALONE[name];
  await mkdir(join(out, "mini-program"), { recursive: true });
  await buildPlainWasm(work, join(out, "mini-program"), `mini-program ${name}`, features, `nearshelf-${name}`, [], flags);
  const env = cargoEnv(work, name, flags);
  await step(`${name} wasm: compile`, () => run("cargo", [
    "build", "--lib", "--profile", "wasm", "--no-default-features", "--features", features, "--target", target,
  ], { env, wayOut: compileHelp }));
  const silent = join(out, "silent.wasm");
  const file = join(out, `nearshelf-${name}.wasm`);
  await step(`${name} wasm: optimize`, async () => {
    await withoutPanics(linkedBy(env), linkedBy(env), silent);
    await run("wasm-opt", [silent, "-o", file, ...named, "--remove-exports=__*", ...optimize, ...strip], { wayOut: toolHelp });
    await order(file, named);
    await rm(silent);
  });
}

/**
 * A wasm in the first version of WebAssembly, plain and compressed.
 * @param {string} work
 * @param {string} out
 * @param {string} name of the build
 * @param {string} features
 * @param {string} called what the file is called
 * @param {typeof PARTS} cuts the parts that are files of their own
 * @param {string[]} flags of the compiler
 */
async function buildPlainWasm(work, out, name, features, called, cuts = [], flags = []) {
  const env = cargoEnv(work, name.replace(" ", "-"), ["-Ctarget-cpu=mvp", "-Ctarget-feature=+mutable-globals", ...flags]);
  await step(`${name} wasm: compile`, () => run("cargo", [
    "build", "--lib", "--profile", "wasm", "--no-default-features", "--features", features, "--target", target,
  ], { env, wayOut: compileHelp }));
  const linked = linkedBy(env);
  const [silent, lowered, whole, core] = ["silent", "lowered", "whole", called].map((name) => join(out, `${name}.wasm`));
  const parts = cuts.map((part) => ({ ...part, out: join(out, `nearshelf-${part.name}.wasm`) }));
  const files = [core, ...parts.map((part) => part.out)];
  await step(`${name} wasm: lower and optimize`, async () => {
    // The standard library is compiled with later features than ours: they are named one by one, then lowered.
    // Optimizing comes after, when none of them is known any more and none can come back.
    // The linker's two globals go too: not every device hands out exported globals.
    await withoutPanics(linked, linked, silent);
    await run("wasm-opt", [silent, "-o", lowered, "-g", ...named, "--signext-lowering", "--llvm-memory-copy-fill-lowering",
      "--llvm-nontrapping-fptoint-lowering", "--remove-exports=__*", "--strip-target-features"], { wayOut: toolHelp });
    const first = ["--mvp-features"];
    await run("wasm-opt", [lowered, "-o", whole, "-g", ...first, ...optimize], { wayOut: toolHelp });
    if (parts.length) await cutOff({ linked, whole }, parts, core, first, true);
    else {
      await run("wasm-opt", [whole, "-o", core, ...first, ...strip], { wayOut: toolHelp });
      await order(core, first);
    }
    await Promise.all([silent, lowered, whole].map((file) => rm(file)));
  });
  for (const file of files) {
    const bytes = await readFile(file);
    await writeFile(`${file}.br`, brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }));
  }
}

/** Cuts a file and finishes what comes of it. */
async function cutOff(files, parts, core, features, calls) {
  try {
    await cut(files, parts, core, features, calls);
  } catch (error) {
    fail(`cutting off the parts: ${error.message}`, "See pkg-template/build/part.mjs.");
  }
  for (const file of [core, ...parts.map(({ out }) => out)]) {
    await run("wasm-opt", [file, "-o", file, ...features, "--remove-unused-module-elements", ...strip], { wayOut: toolHelp });
    await order(file, features);
  }
}
