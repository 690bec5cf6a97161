import type { Category } from "../case.ts";
import { deletions } from "./deletions.ts";
import { exports_ } from "./exports.ts";
import { infrastructure } from "./infrastructure.ts";
import { messages } from "./messages.ts";
import { payments } from "./payments.ts";
import { payroll } from "./payroll.ts";
import { procurement } from "./procurement.ts";
import { refunds } from "./refunds.ts";

export const categories: Category[] = [refunds, payments, payroll, exports_, deletions, messages, infrastructure, procurement];
