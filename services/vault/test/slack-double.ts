import { createHmac, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A message as the double keeps it. */
export type PostedMessage = {
  channel: string;
  ts: string;
  text: string;
  blocks: Block[];
  thread_ts?: string;
  metadata?: { event_payload?: { delivery_id?: string } };
  updates: number;
};
type Element = { action_id?: string; value?: string; text?: { text: string } };
type Block = { type: string; text?: { text: string }; elements?: Element[]; fields?: unknown };
type Form = Record<string, string>;
type Fault = "down" | "slow" | "busy" | "failing" | "lose answers" | null;

/**
 * Slack's HTTP API, as far as Ledgix speaks it: the same methods, form bodies, tokens, cursors, errors and limits, and interactions
 * signed as Slack signs them (docs.slack.dev, "Verifying requests from Slack"). Slack itself is not reachable where tests run.
 */
export type SlackDouble = {
  url: string;
  environment: Record<string, string>;
  messages: PostedMessage[];
  whispers: string[];
  modals: { trigger_id: string; view: { private_metadata: string } & Record<string, unknown> }[];
  calls: { method: string; at: number }[];
  break(fault: Fault): void;
  /** A code that Slack would redirect back with. */
  codeFor(user?: string, team?: string): string;
  press(vaultUrl: string, message: PostedMessage, action: "approve" | "deny", options?: Interaction): Promise<Response>;
  submit(vaultUrl: string, reason: string, options?: Interaction): Promise<Response>;
  close(): Promise<void>;
};
export type Interaction = { user?: string; team?: string; age?: number; signingSecret?: string; resend?: boolean };

const TEAM = "T0001";
const PAGE = 2;
const channels = [
  { id: "C0001", name: "refunds" },
  { id: "C0002", name: "payments" },
  { id: "C0003", name: "risk-review" },
];
const users = [
  { id: "U0001", name: "reviewer", real_name: "Reviewer" },
  { id: "U0002", name: "admin", real_name: "Admin" },
  { id: "U0003", name: "gone", real_name: "Gone", deleted: true },
  { id: "USLACKBOT", name: "slackbot" },
];

export type SlackSecrets = { signingSecret: string; clientSecret: string };
export const newSlackSecrets = (): SlackSecrets => ({
  signingSecret: randomBytes(16).toString("hex"),
  clientSecret: randomBytes(16).toString("hex"),
});

export async function startSlackDouble(port = 0, secrets: SlackSecrets = newSlackSecrets()): Promise<SlackDouble> {
  const { signingSecret, clientSecret } = secrets;
  const botToken = `xoxb-${randomBytes(12).toString("hex")}`;
  const codes = new Map<string, { user: string; team: string }>();
  const userTokens = new Map<string, { user: string; team: string }>();
  const messages: PostedMessage[] = [];
  const whispers: string[] = [];
  const modals: SlackDouble["modals"] = [];
  const calls: SlackDouble["calls"] = [];
  let fault: Fault = null;
  let clock = 1_700_000_000;
  let last: { body: string; headers: Record<string, string> } | null = null;

  const methods: Record<string, (form: Form, token: string) => object> = {
    "oauth.v2.access": (form) => {
      assert(form.client_secret === clientSecret, "bad_client_secret");
      const code = codes.get(form.code ?? "");
      assert(code && codes.delete(form.code ?? ""), "invalid_code");
      return { access_token: botToken, token_type: "bot", team: { id: code.team, name: "Acme" } };
    },
    "openid.connect.token": (form) => {
      assert(form.client_secret === clientSecret, "bad_client_secret");
      const code = codes.get(form.code ?? "");
      assert(code && codes.delete(form.code ?? ""), "invalid_code");
      const access_token = `xoxp-${randomBytes(12).toString("hex")}`;
      userTokens.set(access_token, code);
      return { access_token };
    },
    "openid.connect.userInfo": (_, token) => {
      const who = userTokens.get(token);
      assert(who, "invalid_auth");
      return {
        "https://slack.com/user_id": who.user,
        "https://slack.com/team_id": who.team,
        name: users.find(({ id }) => id === who.user)?.real_name,
      };
    },
    "conversations.list": (form) => paged("channels", channels, form.cursor),
    "users.list": (form) => paged("members", users, form.cursor),
    "conversations.open": (form) => ({ channel: { id: `D${form.users?.slice(1)}` } }),
    "chat.postMessage": (form) => {
      assert(channels.some(({ id }) => id === form.channel) || form.channel?.startsWith("D"), "channel_not_found");
      clock += 1;
      const message: PostedMessage = {
        channel: form.channel ?? "",
        ts: `${clock}.000100`,
        text: form.text ?? "",
        blocks: JSON.parse(form.blocks ?? "[]"),
        metadata: JSON.parse(form.metadata ?? "{}"),
        ...(form.thread_ts && { thread_ts: form.thread_ts }),
        updates: 0,
      };
      for (const block of message.blocks) assert((block.text?.text.length ?? 0) <= 3000, "invalid_blocks");
      messages.push(message);
      return { channel: message.channel, ts: message.ts };
    },
    "chat.update": (form) => {
      const message = messages.find(({ channel, ts }) => channel === form.channel && ts === form.ts);
      assert(message, "message_not_found");
      Object.assign(message, { text: form.text, blocks: JSON.parse(form.blocks ?? "[]"), updates: message.updates + 1 });
      return { channel: form.channel, ts: form.ts };
    },
    "conversations.history": (form) => ({
      messages: messages.filter(({ channel, thread_ts }) => channel === form.channel && !thread_ts),
      has_more: false,
    }),
    "views.open": (form) => {
      modals.push({ trigger_id: form.trigger_id ?? "", view: JSON.parse(form.view ?? "{}") });
      return {};
    },
  };
  const withoutToken = new Set(["oauth.v2.access", "openid.connect.token"]);

  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://slack").pathname;
    const body = await readAll(request);
    if (path === "/respond") {
      whispers.push(JSON.parse(body).text);
      return void answer(response, { ok: true });
    }
    if (path.endsWith("/authorize")) {
      // As if the person had agreed at once.
      const query = new URL(request.url ?? "/", "http://slack").searchParams;
      const target = new URL(query.get("redirect_uri") ?? "");
      const code = randomBytes(8).toString("hex");
      codes.set(code, { user: "U0001", team: TEAM });
      target.search = new URLSearchParams({ code, state: query.get("state") ?? "" }).toString();
      return void response.writeHead(302, { location: target.toString() }).end();
    }
    const method = path.replace("/api/", "");
    calls.push({ method, at: Date.now() });
    if (fault === "down") return void request.socket.destroy();
    if (fault === "failing") return void answer(response, { ok: false, error: "internal_error" }, 500);
    if (fault === "busy") return void answer(response, { ok: false, error: "ratelimited" }, 429, { "retry-after": "1" });
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    try {
      const run = methods[method];
      assert(run, "unknown_method");
      assert(withoutToken.has(method) || token === botToken || userTokens.has(token), "invalid_auth");
      const result = run(Object.fromEntries(new URLSearchParams(body)), token);
      if (fault === "lose answers") return void request.socket.destroy();
      answer(response, { ok: true, ...result });
    } catch (error) {
      answer(response, { ok: false, error: error instanceof Error ? error.message : "fatal_error" });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;

  async function interact(
    vaultUrl: string,
    payload: object,
    { age = 0, signingSecret: secret = signingSecret, resend }: Interaction,
  ): Promise<Response> {
    if (!resend || last === null) {
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const timestamp = String(Math.floor(Date.now() / 1000) - age);
      const signature = `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
      last = {
        body,
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "x-slack-request-timestamp": timestamp,
          "x-slack-signature": signature,
        },
      };
    }
    return fetch(`${vaultUrl}/slack/interactions`, { method: "POST", ...last });
  }

  return {
    url,
    environment: {
      SLACK_URL: url,
      SLACK_CLIENT_ID: "1.1",
      SLACK_CLIENT_SECRET: clientSecret,
      SLACK_SIGNING_SECRET: signingSecret,
    },
    messages,
    whispers,
    modals,
    calls,
    break: (next) => {
      fault = next;
    },
    codeFor(user = "U0001", team = TEAM) {
      const code = randomBytes(8).toString("hex");
      codes.set(code, { user, team });
      return code;
    },
    press(vaultUrl, message, action, options = {}) {
      const button = message.blocks.flatMap(({ elements = [] }) => elements).find(({ action_id }) => action_id === action);
      return interact(
        vaultUrl,
        {
          type: "block_actions",
          user: { id: options.user ?? "U0001" },
          team: { id: options.team ?? TEAM },
          trigger_id: randomBytes(6).toString("hex"),
          response_url: `${url}/respond`,
          actions: [{ action_id: action, value: button?.value }],
        },
        options,
      );
    },
    submit(vaultUrl, reason, options = {}) {
      const view = modals.at(-1)?.view;
      return interact(
        vaultUrl,
        {
          type: "view_submission",
          user: { id: options.user ?? "U0001" },
          team: { id: options.team ?? TEAM },
          view: {
            id: `V${randomBytes(5).toString("hex")}`,
            ...view,
            state: { values: { reason: { reason: { value: reason } } } },
          },
        },
        options,
      );
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function paged(name: string, all: object[], cursor = "0"): object {
  const from = Number(cursor || "0");
  const next = from + PAGE < all.length ? String(from + PAGE) : "";
  return { [name]: all.slice(from, from + PAGE), response_metadata: { next_cursor: next } };
}

/** Slack's own error, as its answer says it. */
function assert(condition: unknown, error: string): asserts condition {
  if (!condition) throw new Error(error);
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function answer(response: ServerResponse, body: object, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
