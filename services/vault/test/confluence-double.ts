import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type DoublePage = { id: string; title: string; html: string; version: number; parent: string | null };

/**
 * Confluence on loopback, speaking its REST API version 2 as Atlassian documents it
 * (https://developer.atlassian.com/cloud/confluence/rest/v2): spaces, pages by cursor, descendants, bodies; Basic authentication.
 */
export async function startConfluence(account: { email: string; token: string }) {
  const pages = new Map<string, DoublePage>();
  const asked: string[] = [];
  let failure: number | null = null;
  let lead: string | null = null;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://double");
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    asked.push(url.pathname + url.search);
    if (request.headers.authorization !== `Basic ${Buffer.from(`${account.email}:${account.token}`).toString("base64")}`)
      return answer(401, { message: "Client must be authenticated to access this resource." });
    if (failure !== null) return answer(failure, {});
    const { pathname, searchParams } = url;
    if (pathname === "/wiki/api/v2/spaces")
      return answer(200, {
        results: searchParams.get("keys") === "POL" ? [{ id: "9", key: "POL", name: "Policies" }] : [],
        _links: lead === null ? {} : { next: lead },
      });
    if (pathname === "/wiki/api/v2/spaces/9/pages") return page([...pages.values()].map(summary), "/wiki/api/v2/spaces/9/pages");
    const tree = /^\/wiki\/api\/v2\/pages\/(\d+)\/descendants$/.exec(pathname);
    if (tree) {
      const below = [...pages.values()].filter(({ parent }) => parent === tree[1]);
      return answer(200, { results: below.map(({ id, title }) => ({ id, title, status: "current", type: "page" })), _links: {} });
    }
    const one = pages.get(/^\/wiki\/api\/v2\/pages\/(\d+)$/.exec(pathname)?.[1] ?? "");
    if (!one) return answer(404, { errors: [{ status: 404, title: "Not Found" }] });
    const format = searchParams.get("body-format");
    return answer(200, {
      ...summary(one),
      body: format === "export_view" ? { export_view: { representation: "export_view", value: one.html } } : {},
    });

    /** Two at a time, with the cursor in `_links.next`. */
    function page(all: object[], path: string): void {
      const from = Number(searchParams.get("cursor") ?? 0);
      const next = from + 2 < all.length ? { next: `${path}?status=current&limit=2&cursor=${from + 2}` } : {};
      answer(200, { results: all.slice(from, from + 2), _links: { ...next, base: "http://double/wiki" } });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a listening server over TCP has one
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    put: (page: DoublePage) => void pages.set(page.id, page),
    remove: (id: string) => void pages.delete(id),
    /** Lets the list of spaces name this as its next page. */
    lead(next: string | null) {
      lead = next;
    },
    fail(status: number | null) {
      failure = status;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const summary = ({ id, title, version, parent }: DoublePage) => ({
  id,
  title,
  status: "current",
  spaceId: "9",
  parentId: parent,
  version: { number: version, createdAt: "2026-11-25T00:00:00Z" },
});
