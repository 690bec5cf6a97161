"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";

const REFUND = {
  tool_name: "stripe_refund",
  tool_args: { amount: 1240, currency: "usd", customer: "cus_123" },
  agent_id: "payments-agent",
};

/** A first request, ready to paste. Without a key at hand it reads the environment. */
export function Snippets({ vaultUrl, apiKey }: { vaultUrl: string; apiKey: string | null }) {
  const [language, setLanguage] = useState<"curl" | "typescript">("curl");
  const code = language === "curl" ? curl(vaultUrl, apiKey) : typescript(vaultUrl);
  return (
    <div className="flex flex-col gap-2">
      <fieldset className="flex gap-1">
        <legend className="sr-only">Language</legend>
        {(["curl", "typescript"] as const).map((choice) => (
          <Button
            key={choice}
            size="sm"
            variant={language === choice ? "secondary" : "ghost"}
            aria-pressed={language === choice}
            onClick={() => setLanguage(choice)}
          >
            {choice === "curl" ? "curl" : "TypeScript"}
          </Button>
        ))}
      </fieldset>
      <CodeBlock label={language === "curl" ? "Shell" : "TypeScript"} code={code} />
    </div>
  );
}

function curl(vaultUrl: string, apiKey: string | null): string {
  return `curl ${vaultUrl}/request-clearance \\
  -H "X-Vault-API-Key: ${apiKey ?? "$LEDGIX_VAULT_API_KEY"}" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify(REFUND)}'`;
}

function typescript(vaultUrl: string): string {
  return `const answer = await fetch("${vaultUrl}/request-clearance", {
  method: "POST",
  headers: {
    "content-type": "application/json",
    "x-vault-api-key": process.env.LEDGIX_VAULT_API_KEY!,
    "idempotency-key": crypto.randomUUID(),
  },
  body: JSON.stringify(${JSON.stringify(REFUND)}),
}).then((response) => response.json());

if (answer.approved) {
  // Pass answer.token to the tool, which burns it before it acts.
}`;
}
