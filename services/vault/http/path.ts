import { readId } from "@ledgix/contract/id";

/**
 * What clients in the field call. Those of them whose base address has a path in front may send it along, whatever it is: where a proxy leaves it,
 * and no VAULT_PATH_PREFIX says which one it is. Each asks for a key, or tells nothing but that Vault is there and its public keys.
 */
const CLIENT_ROUTE =
  /^(?:request-clearance|mint-token|consume-token|register-policy|review-settings|health|\.well-known\/jwks\.json|admin\/upload-policy|clearance-status\/[^/]+|reviews\/[^/]+\/decision|ledger(?:\/(?:encrypted|checkpoints?|verify|proof\/(?:inclusion|consistency|bundle)))?)$/;
/** Rooms whose second segment is a name that a person chose, and not an id. */
const NAMED = new Set(["policies", "tools"]);

/**
 * The route of a request. It is the path as it was sent, without doubled slashes; without the prefix, where the operator set one; and without a
 * path in front of a client's route, where none is set and no part of it could be a route of its own.
 *
 * @param rooms The first segments of all routes.
 */
export function routePath(prefix: string, rooms: () => ReadonlySet<string>): (request: Request) => string {
  const own = segmentsOf(prefix);
  return (request) => {
    const sent = segmentsOf(new URL(request.url).pathname);
    const hasPrefix = own.length > 0 && own.every((segment, index) => sent[index] === segment);
    const route = hasPrefix ? sent.slice(own.length) : own.length > 0 ? sent : withoutFront(sent, rooms());
    return `/${inOneSpelling(route).join("/")}`;
  };
}

const segmentsOf = (path: string) => path.split("/").filter(Boolean);

function withoutFront(sent: string[], rooms: ReadonlySet<string>): string[] {
  const start = sent.findIndex((segment) => rooms.has(segment));
  const route = sent.slice(start);
  return start > 0 && CLIENT_ROUTE.test(route.join("/")) ? route : sent;
}

/** Ids are told apart from names, and known by one spelling. */
function inOneSpelling(route: string[]): string[] {
  const [room = ""] = route;
  return route.map((segment, index) =>
    index === 0 || (index === 1 && NAMED.has(room)) ? segment : (readId(segment) ?? segment),
  );
}
