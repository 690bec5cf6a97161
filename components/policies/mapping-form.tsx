"use client";

import { jsonObject } from "@ledgix/contract/json";
import { type ConfirmedMapping, type ObservedTool, type ToolMapping, toolMapping } from "@ledgix/contract/tool";
import { acts } from "@ledgix/rules/acts";
import { minorDigits } from "@ledgix/rules/rule";
import { formatMoney } from "@ledgix/sentence/money";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSettings } from "@/components/settings/use-settings";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { confirmMapping } from "@/lib/policies/actions";
import { refreshPolicies } from "./use-policy-action";

type Props = { client: string; tool: ObservedTool; onDone: () => void };

/** What a tool's arguments mean, beginning with what its calls suggest. An example is read back as money, so that a wrong unit is seen. */
export function MappingForm({ client, tool, onDone }: Props) {
  // What the form began with, whatever is read while it is open.
  const [base] = useState(tool);
  const initial = base.mapping ?? base.proposal;
  const [act, setAct] = useState(initial.acts[0] ?? "");
  const [path, setPath] = useState(initial.amount?.path ?? "");
  const [unit, setUnit] = useState(initial.amount?.unit ?? "major");
  const [currencyPath, setCurrencyPath] = useState(
    initial.amount && "path" in initial.amount.currency ? initial.amount.currency.path : "",
  );
  const [code, setCode] = useState(initial.amount && "code" in initial.amount.currency ? initial.amount.currency.code : "USD");
  const [payee, setPayee] = useState(initial.payee ?? "");
  const queries = useQueryClient();
  const refresh = () => void refreshPolicies(queries, client);
  const { save, isPending, dialog } = useSettings({
    content: (confirmed: Pick<ConfirmedMapping, "mapping" | "version">) =>
      jsonObject.parse(toolMapping.parse(confirmed.mapping ?? {})),
    send: (mapping: ToolMapping, version) => confirmMapping(client, tool.tool_name, mapping, version),
    onSaved: () => {
      refresh();
      return null;
    },
    onRead: refresh,
  });
  const amount = tool.arguments.find((argument) => argument.path === path);
  const isText = amount?.types.includes("text") === true && !amount.types.includes("number");
  const texts = tool.arguments.filter(({ types }) => types.includes("text"));
  const mapping: ToolMapping = {
    acts: act === "" ? [] : [act],
    amount:
      path === ""
        ? null
        : {
            path,
            unit,
            written: isText ? "text" : "number",
            currency: currencyPath === "" ? { code: code.toUpperCase() } : { path: currencyPath },
          },
    payee: payee || null,
    destination: initial.destination,
    known_arguments: tool.arguments.map((argument) => argument.path),
  };
  return (
    <Form
      submit={isPending ? "Confirming…" : "Confirm"}
      isPending={isPending}
      onSubmit={() =>
        save({ base, update: mapping, done: `Rules now know ${tool.tool_name}.`, isTyped: true, onSettled: onDone })
      }
    >
      <Field label="It is a" hint="The word that rules use for it, such as “Refunds up to 100 USD”.">
        {(ids) => (
          <Select {...ids} value={act} onChange={(event) => setAct(event.target.value)}>
            <option value="">what its name says</option>
            {acts.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Amount">
          {(ids) => (
            <Select {...ids} value={path} onChange={(event) => setPath(event.target.value)}>
              <option value="">it has none</option>
              {tool.arguments
                .filter(({ types }) => types.includes("number") || types.includes("text"))
                .map((argument) => (
                  <option key={argument.path} value={argument.path}>
                    {argument.path}
                    {argument.examples.length > 0 && ` (${argument.examples.join(", ")})`}
                  </option>
                ))}
            </Select>
          )}
        </Field>
        {path !== "" && (
          <Field label="Unit">
            {(ids) => (
              <Select {...ids} value={unit} onChange={(event) => setUnit(event.target.value === "minor" ? "minor" : "major")}>
                <option value="major">whole units (12.5 is 12.50 USD)</option>
                <option value="minor">minor units (1250 is 12.50 USD)</option>
              </Select>
            )}
          </Field>
        )}
        {path !== "" && (
          <Field label="Currency">
            {(ids) => (
              <Select {...ids} value={currencyPath} onChange={(event) => setCurrencyPath(event.target.value)}>
                <option value="">always the same</option>
                {texts.map((argument) => (
                  <option key={argument.path} value={argument.path}>
                    as {argument.path} says{argument.examples.length > 0 && ` (${argument.examples.join(", ")})`}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {path !== "" && currencyPath === "" && (
          <Field label="Which one" hint="Its code, such as USD.">
            {(ids) => <Input {...ids} value={code} maxLength={3} onChange={(event) => setCode(event.target.value)} />}
          </Field>
        )}
        <Field label="Who gets it">
          {(ids) => (
            <Select {...ids} value={payee} onChange={(event) => setPayee(event.target.value)}>
              <option value="">no argument says</option>
              {texts.map((argument) => (
                <option key={argument.path} value={argument.path}>
                  {argument.path}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {amount?.examples[0] !== undefined && (
        <p className="rounded-md bg-sunken px-3 py-2" aria-live="polite">
          So a call with {path} {amount.examples[0]} is about{" "}
          <strong>{readBack(amount.examples[0], unit, currencyOf(tool, currencyPath, code))}</strong>.
        </p>
      )}
      {dialog}
    </Form>
  );
}

function currencyOf(tool: ObservedTool, currencyPath: string, code: string): string {
  const example = tool.arguments.find((argument) => argument.path === currencyPath)?.examples[0];
  return (currencyPath === "" ? code : (example ?? "")).toUpperCase();
}

function readBack(example: string, unit: "major" | "minor", currency: string): string {
  const value = Number(example);
  if (!Number.isFinite(value) || !/^[A-Z]{3}$/.test(currency)) return "an amount that cannot be told";
  return formatMoney({ amount: unit === "major" ? value : value / 10 ** minorDigits(currency), currency });
}
