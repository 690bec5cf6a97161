import { deflateSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import PDFDocument from "pdfkit";

// Files as attackers and broken scanners make them, made here so that none has to be kept.

/** A PDF by pdfkit, one page a text. */
export async function pdf(pages: string[], options: PDFKit.PDFDocumentOptions = {}): Promise<Uint8Array> {
  const document = new PDFDocument({ ...options, autoFirstPage: false, compress: true });
  const parts: Buffer[] = [];
  document.on("data", (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve) => document.on("end", resolve));
  for (const page of pages) {
    document.addPage({ margin: 72 });
    for (const [i, paragraph] of page.split("\n\n").entries()) {
      if (i > 0) document.moveDown();
      const heading = /^(#{1,2}) (.*)$/.exec(paragraph);
      if (heading) document.fontSize(heading[1] === "#" ? 22 : 15).text(heading[2] ?? "");
      else document.fontSize(11).text(paragraph);
    }
  }
  document.end();
  await ended;
  return new Uint8Array(Buffer.concat(parts));
}

const CONTENT_TYPES =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
const RELATIONS =
  '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>';

/** A Word document with this body, in WordprocessingML, and further parts. */
export function docx(body: string, more: Record<string, Uint8Array> = {}): Uint8Array {
  const document = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`;
  return zipSync({
    "[Content_Types].xml": strToU8(CONTENT_TYPES),
    "_rels/.rels": strToU8(RELATIONS),
    "word/document.xml": strToU8(document),
    ...more,
  });
}
export const paragraph = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;

/** A PDF that claims a page tree of a million leaves, all of them one object. */
export function millionPages(): Uint8Array {
  const objects = ["<< /Type /Catalog /Pages 2 0 R >>"];
  for (let level = 0; level < 6; level++) {
    const kid = level === 5 ? "8 0 R" : `${level + 3} 0 R`;
    objects.push(`<< /Type /Pages /Count ${10 ** (6 - level)} /Kids [${`${kid} `.repeat(10)}] >>`);
  }
  objects.push("<< /Type /Page /Parent 7 0 R /MediaBox [0 0 10 10] >>");
  return rawPdf(objects.map((object) => Buffer.from(object)));
}

/** A PDF whose one page unpacks to this many bytes of drawing. */
export function inflatingPdf(bytes: number): Uint8Array {
  const block = Buffer.from("BT /F1 12 Tf (x) Tj ET ".repeat(4096));
  const content = deflateSync(Buffer.concat(Array.from({ length: Math.ceil(bytes / block.length) }, () => block)));
  return rawPdf([
    Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
    Buffer.from("<< /Type /Pages /Count 1 /Kids [3 0 R] >>"),
    Buffer.from(
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
    ),
    Buffer.concat([
      Buffer.from(`<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`),
      content,
      Buffer.from("\nendstream"),
    ]),
  ]);
}

function rawPdf(objects: Buffer[]): Uint8Array {
  const parts = [Buffer.from("%PDF-1.7\n")];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  for (const [i, object] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]);
    offsets.push(at);
    at += part.length;
    parts.push(part);
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return new Uint8Array(Buffer.concat(parts));
}
