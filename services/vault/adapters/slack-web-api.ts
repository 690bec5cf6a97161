import { createHmac, timingSafeEqual } from "node:crypto";
import {
  type WebAPICallResult,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from "@slack/web-api";
import { z } from "zod";
import { type Slack, SlackBusy, SlackRefused } from "./slack.ts";

/** Posting, following up on own messages, and finding channels and people to post to. */
const BOT_SCOPES =
  "chat:write,chat:write.public,channels:read,groups:read,users:read,channels:history,groups:history,im:history,im:write";
const USER_SCOPES = "openid profile";
const TIMEOUT_MS = 10_000;
const PAGE = 200;
const MAX_PAGES = 50;
/** The kind of metadata that Ledgix's own messages carry. */
const METADATA_TYPE = "ledgix_delivery";
/** Errors of Slack's that may pass by themselves. */
const PASSING = new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"]);

export type SlackAppOptions = {
  clientId: string;
  clientSecret: string;
  signingSecret: string;
  /** `https://slack.com`, or a double of it in tests. */
  url: string;
};

const silent = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => "error" as never, setName() {} };

export function slackWebApi({ clientId, clientSecret, signingSecret, url }: SlackAppOptions): Slack {
  const options: WebClientOptions = {
    slackApiUrl: new URL("/api/", url).toString(),
    // Retries are the outbox's: it survives a restart, and keeps the order.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    logger: silent,
    allowAbsoluteUrls: false,
  };
  const clients = new Map<string, WebClient>();
  const as = (token: string) => {
    const client = clients.get(token) ?? new WebClient(token, options);
    clients.set(token, client);
    return client;
  };
  const anonymous = new WebClient(undefined, options);

  return {
    authorizeUrl(purpose, redirectUri, state) {
      const isInstall = purpose === "install";
      const target = new URL(isInstall ? "/oauth/v2/authorize" : "/openid/connect/authorize", url);
      target.search = new URLSearchParams({
        client_id: clientId,
        scope: isInstall ? BOT_SCOPES : USER_SCOPES,
        redirect_uri: redirectUri,
        state,
        ...(!isInstall && { response_type: "code", nonce: state }),
      }).toString();
      return target.toString();
    },
    async install(code, redirectUri) {
      const answer = await call(() =>
        anonymous.oauth.v2.access({ client_id: clientId, client_secret: clientSecret, code, redirect_uri: redirectUri }),
      );
      const { access_token, team } = installed.parse(answer);
      return { token: access_token, teamId: team.id, teamName: team.name };
    },
    async identify(code, redirectUri) {
      const answer = await call(() =>
        anonymous.openid.connect.token({ client_id: clientId, client_secret: clientSecret, code, redirect_uri: redirectUri }),
      );
      const { access_token } = z.object({ access_token: z.string() }).parse(answer);
      const who = identified.parse(await call(() => new WebClient(access_token, options).openid.connect.userInfo({})));
      return { slackUserId: who["https://slack.com/user_id"], slackName: who.name, teamId: who["https://slack.com/team_id"] };
    },
    async conversationOf(token, target) {
      if (!target.startsWith("U")) return target;
      const answer = await call(() => as(token).conversations.open({ users: target }));
      return z.object({ channel: z.object({ id: z.string() }) }).parse(answer).channel.id;
    },
    async post(token, channelId, message, { deliveryId, threadTs }) {
      const answer = await call(() =>
        as(token).chat.postMessage({
          channel: channelId,
          ...message,
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: METADATA_TYPE, event_payload: { delivery_id: deliveryId } },
          ...(threadTs !== undefined && { thread_ts: threadTs }),
        }),
      );
      const { channel, ts } = posted.parse(answer);
      return { channelId: channel, ts };
    },
    async find(token, channelId, deliveryId, since) {
      const answer = await call(() =>
        as(token).conversations.history({
          channel: channelId,
          oldest: String(since.getTime() / 1000),
          include_all_metadata: true,
          limit: PAGE,
        }),
      );
      const { messages } = history.parse(answer);
      const found = messages.find(({ metadata }) => metadata?.event_payload?.delivery_id === deliveryId);
      return found ? { channelId, ts: found.ts } : null;
    },
    async update(token, { channelId, ts }, message) {
      await call(() => as(token).chat.update({ channel: channelId, ts, ...message }));
    },
    async openModal(token, triggerId, view) {
      await call(() => as(token).views.open({ trigger_id: triggerId, view }));
    },
    async whisper(responseUrl, text) {
      // Only ever to Slack itself, whatever the interaction says.
      if (new URL(responseUrl).host !== hooksHost(url)) return;
      await fetch(responseUrl, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ response_type: "ephemeral", replace_original: false, text }),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    },
    async listTargets(token) {
      const found: Awaited<ReturnType<Slack["listTargets"]>> = [];
      for await (const page of pages((cursor) =>
        call(() =>
          as(token).conversations.list({ types: "public_channel,private_channel", exclude_archived: true, limit: PAGE, cursor }),
        ),
      )) {
        for (const { id, name } of channelPage.parse(page).channels) found.push({ id, name: `#${name}`, kind: "channel" });
      }
      for await (const page of pages((cursor) => call(() => as(token).users.list({ limit: PAGE, cursor })))) {
        for (const person of userPage.parse(page).members) {
          if (person.deleted || person.is_bot || person.id === "USLACKBOT") continue;
          found.push({ id: person.id, name: person.real_name || person.name, kind: "person" });
        }
      }
      return found;
    },
    isSigned(timestamp, rawBody, signature) {
      const expected = `v0=${createHmac("sha256", signingSecret).update(`v0:${timestamp}:${rawBody}`).digest("hex")}`;
      const [given, wanted] = [Buffer.from(signature), Buffer.from(expected)];
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}

/** Answers to interactions go to a host of its own, except on a double, which is one server. */
const hooksHost = (url: string) => (new URL(url).host === "slack.com" ? "hooks.slack.com" : new URL(url).host);

const installed = z.object({ access_token: z.string().min(1), team: z.object({ id: z.string(), name: z.string() }) });
const identified = z.object({
  "https://slack.com/user_id": z.string(),
  "https://slack.com/team_id": z.string(),
  name: z.string().default("somebody"),
});
const posted = z.object({ channel: z.string(), ts: z.string() });
const history = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z.object({ event_payload: z.object({ delivery_id: z.string().optional() }).optional() }).optional(),
    }),
  ),
});
const channelPage = z.object({ channels: z.array(z.object({ id: z.string(), name: z.string() })) });
const userPage = z.object({
  members: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      real_name: z.string().optional(),
      deleted: z.boolean().default(false),
      is_bot: z.boolean().default(false),
    }),
  ),
});

async function* pages(read: (cursor: string | undefined) => Promise<WebAPICallResult>): AsyncGenerator<WebAPICallResult> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await read(cursor);
    yield answer;
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return;
  }
}

/** Slack's errors as ours: for good, or to wait. Others, such as a lost connection, pass as they are. */
async function call<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WebAPIRateLimitedError) throw new SlackBusy(error.retryAfter, { cause: error });
    if (error instanceof WebAPIPlatformError && !PASSING.has(error.data.error))
      throw new SlackRefused(error.data.error, { cause: error });
    throw error;
  }
}
