// Invitations on the device, as a module of any host: script alone, since the part for signatures checks.

export { invites } from "../src/invites.js";
