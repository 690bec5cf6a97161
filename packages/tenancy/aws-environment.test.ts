import { describe, expect, it } from "vitest";
import { awsClientOptions } from "./aws-environment.ts";

describe("what a client of AWS is made with", () => {
  it("is the region alone where nothing leads elsewhere", () => {
    expect(awsClientOptions({}, "SQS")).toEqual({ region: "us-east-1" });
    expect(awsClientOptions({ AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL: "" }, "SQS")).toEqual({ region: "eu-west-1" });
    expect(awsClientOptions({ AWS_REGION: "eu-west-1" }, "S3", "eu-north-1")).toEqual({ region: "eu-north-1" });
  });

  it("is the service's own endpoint before the one of all", () => {
    const environment = { AWS_ENDPOINT_URL: "http://all", AWS_ENDPOINT_URL_KMS: "http://kms" };
    expect(awsClientOptions(environment, "KMS").endpoint).toBe("http://kms");
    expect(awsClientOptions(environment, "SQS").endpoint).toBe("http://all");
  });
});
