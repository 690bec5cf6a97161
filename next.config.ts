import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  transpilePackages: ["@ledgix/contract", "@ledgix/ledger", "@ledgix/rules", "@ledgix/sentence"],
  // `npm test` checks types of the whole workspace with tsc; doing it again here would only make `npm start` slower.
  typescript: { ignoreBuildErrors: true },
  // The image of deployments/ holds a server with only what it needs; elsewhere `next start` serves the build.
  ...(process.env.LEDGIX_STANDALONE && { output: "standalone" }),
  turbopack: { root: import.meta.dirname },
  experimental: { serverActions: { bodySizeLimit: "26mb" } },
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "x-content-type-options", value: "nosniff" },
        { key: "referrer-policy", value: "same-origin" },
        { key: "x-frame-options", value: "DENY" },
        { key: "permissions-policy", value: "camera=(), microphone=(), geolocation=()" },
      ],
    },
  ],
};

export default config;
