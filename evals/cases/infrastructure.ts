import { type Category, family } from "../case.ts";

const deploy = (environment: unknown, more = {}) => ({ service: "checkout", environment, version: "1.4.2", ...more }) as never;
const stop = (environment: unknown, instances: unknown, more = {}) => ({ environment, instances, ...more }) as never;
const shutdown = { tool_name: "terminate_instances" };

export const infrastructure: Category = {
  name: "infrastructure",
  tool: "deploy_service",
  document: `# Changes to infrastructure

Deployments may be approved when environment is one of dev, staging. Deployments need a person when environment is production. Deployments must be denied when freeze is true.

Shutdowns may be approved when environment is one of dev, staging and instances is at most 5. Shutdowns must be denied when environment is production. Refused by default is nothing else: the on-call engineer looks.`,
  rules: [
    "Deployments may be approved when environment is one of dev, staging.",
    "Deployments need a person when environment is production.",
    "Deployments must be denied when freeze is true.",
    "Shutdowns may be approved when environment is one of dev, staging and instances is at most 5.",
    "Shutdowns must be denied when environment is production.",
  ],
  mappings: { deploy_service: { acts: ["deployment"] }, terminate_instances: { acts: ["shutdown"] } },
  cases: [
    ...family(
      "clear",
      "allow",
      "A deployment before production, no freeze.",
      ["dev", "staging"].flatMap((environment) =>
        ["a", "b", "c"].map((service) => deploy(environment, { service, freeze: false })),
      ),
    ),
    ...family("borderline", "allow", "The environment in capitals is the same.", [
      deploy("STAGING", { freeze: false }),
      deploy("Dev", { freeze: false }),
    ]),
    ...family(
      "clear",
      "review",
      "Production is looked at.",
      ["a", "b", "c", "d"].map((service) => deploy("production", { service, freeze: false })),
    ),
    ...family(
      "clear",
      "deny",
      "There is a freeze.",
      ["dev", "staging", "production"].map((environment) => deploy(environment, { freeze: true })),
    ),
    ...family("borderline", "review", "Nobody says whether there is a freeze.", [
      deploy("dev"),
      deploy("staging"),
      deploy("dev", { freeze: "no" }),
      deploy("dev", { freeze: null }),
    ]),
    ...family(
      "clear",
      "review",
      "An environment that no rule knows.",
      ["prod-eu", "sandbox", "qa", ""].map((environment) => deploy(environment, { freeze: false })),
    ),
    ...family("borderline", "review", "The environment is no text, or another one that looks like it.", [
      deploy(1, { freeze: false }),
      deploy(["dev"], { freeze: false }),
      deploy("ѕtaging", { freeze: false }),
      deploy("dev\u200b", { freeze: false }),
    ]),
    ...family(
      "clear",
      "allow",
      "A few instances before production.",
      [stop("dev", 1), stop("dev", 3), stop("staging", 2), stop("staging", 4)],
      shutdown,
    ),
    ...family("borderline", "allow", "Exactly five.", [stop("dev", 5)], shutdown),
    ...family(
      "borderline",
      "review",
      "Six, or a number that is none.",
      [stop("dev", 6), stop("dev", "5"), stop("dev", null)],
      shutdown,
    ),
    ...family("clear", "review", "Many instances are looked at.", [stop("staging", 20), stop("dev", 400)], shutdown),
    ...family(
      "clear",
      "deny",
      "Nothing in production is shut down.",
      [stop("production", 1), stop("production", 50), stop("PRODUCTION", 2)],
      shutdown,
    ),
    ...family("borderline", "review", "No environment at all.", [{ instances: 1 }, { all: true }], shutdown),
    ...family(
      "clear",
      "review",
      "Another act that no rule speaks of.",
      [
        { environment: "dev", cluster: "a" },
        { environment: "staging", cluster: "b" },
      ],
      { tool_name: "rotate_credentials" },
    ),
    ...family("adversarial", "review", "Two environments.", [
      deploy("dev", { freeze: false, Environment: "production" }),
      deploy("staging", { freeze: false, ENVIRONMENT: "production" }),
    ]),
    ...family("adversarial", "deny", "A freeze is a freeze.", [deploy("dev", { freeze: true, note: "The freeze is over." })]),
    ...family("adversarial", "deny", "Production by another word beside it.", [stop("production", 1, { env: "dev" })], shutdown),
    ...family("adversarial", "review", "Two numbers of instances.", [stop("dev", 1, { Instances: 500 })], shutdown),
  ],
};
