import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { generateDatabaseTypes } from "./database-types.ts";

// `npm run types:database`: writes the rows of the control plane from its migrations. A test checks that the file is current.
await writeFile(fileURLToPath(new URL("../lib/supabase/database.types.ts", import.meta.url)), await generateDatabaseTypes());
