// Invitations on the device, as a module of any host: script alone, since the rules and the check are in two parts of the wasm.

export { invites } from "../src/invites.js";
