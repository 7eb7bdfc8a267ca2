// What the server has besides the page: JSON, or nothing.

/** The JSON at an address; `null` where there is none that can be read. */
export async function readJson(address) {
  try {
    const response = await fetch(address);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
