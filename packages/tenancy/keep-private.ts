import { chmod, stat } from "node:fs/promises";
import { OperatorError } from "@ledgix/configuration/operator-error";

/** Who of this machine must not reach a file or directory: everybody but its owner, or everybody but its owner and group. */
const WHO = { owner: 0o077, group: 0o007 } as const;

/**
 * Closes a file or directory to others on this machine, where it is open to them and ours; what is somebody else's is theirs to close. What is not
 * there yet is made closed.
 *
 * @param options.for Who may go on: `group` where services under several users share it.
 * @throws {OperatorError} with the command that closes it
 */
export async function keepPrivate(path: string, options: { for: keyof typeof WHO }): Promise<void> {
  const user = process.getuid?.();
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (user === undefined || found === null || (found.mode & WHO[options.for]) === 0) return; // Windows has no modes
  const closed = found.mode & 0o7777 & ~WHO[options.for];
  const isClosed =
    found.uid === user &&
    (await chmod(path, closed).then(
      () => true,
      () => false,
    ));
  if (isClosed) return;
  const letters = options.for === "owner" ? "go-rwx" : "o-rwx";
  throw new OperatorError(
    `${path} is open to other users of this machine, and is not this user's to close. Close it by: sudo chmod ${letters} '${path}'`,
  );
}
