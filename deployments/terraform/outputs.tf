output "anchor_bucket" {
  value       = aws_s3_bucket.anchors.bucket
  description = "Where checkpoints are anchored."
}

output "tenant_secret_prefix" {
  value       = local.tenant_secret_prefix
  description = "TENANT_SECRET_PREFIX of Vault and the judge."
}

output "vault_secret" {
  value       = aws_secretsmanager_secret.vault.name
  description = "Put the control plane's DATABASE_URL there, and into the judge's."
}

output "judge_secret" {
  value       = aws_secretsmanager_secret.judge.name
  description = "The judge's bundle."
}

output "clearance_queue" {
  value       = aws_sqs_queue.clearance.url
  description = "VAULT_CLEARANCE_SQS_QUEUE_URL, for the operator's tool."
}
