/** What a browser keeps while it is at Slack: which conversation it began, for whom. */
export const SLACK_COOKIE = "ledgix-slack";
export const SLACK_COOKIE_SECONDS = 600;
export const slackRedirectUri = (consoleUrl: string) => new URL("/api/slack/callback", consoleUrl).toString();
