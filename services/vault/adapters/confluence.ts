import { z } from "zod";
import { AddressBlocked, publicHttp } from "./public-http.ts";

/** Where a site is, and who reads it. */
export type ConfluenceSite = { baseUrl: string; email: string; token: string };
export type ConfluencePage = { id: string; title: string; version: number };

/** Confluence refused or could not be reached; the message says what to do. */
export class ConfluenceError extends Error {
  override name = "ConfluenceError";
}

export interface Confluence {
  /** The pages of a space, or a page and all below it, without their text. */
  pages(site: ConfluenceSite, where: { spaceKey: string; rootPageId: string | null }): Promise<ConfluencePage[]>;
  /** A page's text as HTML. */
  html(site: ConfluenceSite, pageId: string): Promise<string>;
}

const page = z.object({ id: z.string(), title: z.string(), status: z.string(), version: z.object({ number: z.number().int() }) });
const listed = z.object({ results: z.array(z.unknown()), _links: z.object({ next: z.string().optional() }).default({}) });
const descendant = z.object({ id: z.string(), status: z.string(), type: z.string().default("page") });

/** Pages of a source at most: a space of policies has tens. */
const MAX_PAGES = 2_000;
const MAX_ANSWER_BYTES = 20 * 1024 * 1024;

/** Confluence Cloud's REST API, version 2 (https://developer.atlassian.com/cloud/confluence/rest/v2). */
export function confluenceCloud(options: { allowPrivate: boolean }): Confluence {
  const http = publicHttp(options);

  async function get<Schema extends z.ZodType>(site: ConfluenceSite, path: string, schema: Schema): Promise<z.output<Schema>> {
    const authorization = `Basic ${Buffer.from(`${site.email}:${site.token}`).toString("base64")}`;
    const headers = { authorization, accept: "application/json" };
    const url = new URL(path, site.baseUrl);
    // What an answer names as the next page is the answer's to say; where the credentials go is not.
    if (url.origin !== new URL(site.baseUrl).origin)
      throw new ConfluenceError("Confluence's answer leads to another site, which is not read. Check the address.");
    const answer = await http.call(url.href, { method: "GET", headers, maxBytes: MAX_ANSWER_BYTES }).catch((error: unknown) => {
      if (error instanceof AddressBlocked) throw new ConfluenceError(error.message);
      throw new ConfluenceError(`${url.host} cannot be reached. Check the address.`);
    });
    if (answer.status === 401 || answer.status === 403)
      throw new ConfluenceError(
        "Confluence refused the address and token. Make a new API token for a person who may read the pages.",
      );
    if (answer.status === 404) throw new ConfluenceError("Confluence has no such space or page, or this person may not see it.");
    if (answer.status !== 200)
      throw new ConfluenceError(`Confluence answered with status ${answer.status}. It is tried again later.`);
    const parsed = schema.safeParse(readJson(answer.text));
    if (!parsed.success)
      throw new ConfluenceError("What answers at this address does not speak Confluence's API. Give the site's address.");
    return parsed.data;
  }

  async function all<Schema extends z.ZodType>(site: ConfluenceSite, first: string, schema: Schema): Promise<z.output<Schema>[]> {
    const found: z.output<Schema>[] = [];
    let next: string | undefined = first;
    for (let asked = 0; next !== undefined; asked++) {
      const answer: z.output<typeof listed> = await get(site, next, listed);
      found.push(...z.array(schema).parse(answer.results));
      if (found.length > MAX_PAGES || asked > MAX_PAGES)
        throw new ConfluenceError(`There are more than ${MAX_PAGES} pages. Choose a page tree instead of the space.`);
      next = answer._links.next;
    }
    return found;
  }

  const toPage = ({ id, title, version }: z.output<typeof page>): ConfluencePage => ({ id, title, version: version.number });

  return {
    async pages(site, { spaceKey, rootPageId }) {
      if (rootPageId !== null) {
        const root = encodeURIComponent(rootPageId);
        const below = await all(site, `/wiki/api/v2/pages/${root}/descendants?limit=250`, descendant);
        const ids = [
          rootPageId,
          ...below.filter(({ status, type }) => status === "current" && type === "page").map(({ id }) => id),
        ];
        const pages: ConfluencePage[] = [];
        for (const id of ids) pages.push(toPage(await get(site, `/wiki/api/v2/pages/${encodeURIComponent(id)}`, page)));
        return pages;
      }
      const spaces = await all(site, `/wiki/api/v2/spaces?keys=${encodeURIComponent(spaceKey)}`, z.object({ id: z.string() }));
      const [space] = spaces;
      if (space === undefined) throw new ConfluenceError("Confluence has no such space, or this person may not see it.");
      const pages = await all(site, `/wiki/api/v2/spaces/${encodeURIComponent(space.id)}/pages?status=current&limit=250`, page);
      return pages.map(toPage);
    },
    async html(site, pageId) {
      const answer = await get(
        site,
        `/wiki/api/v2/pages/${encodeURIComponent(pageId)}?body-format=export_view`,
        z.object({ body: z.object({ export_view: z.object({ value: z.string() }) }) }),
      );
      return answer.body.export_view.value;
    },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
