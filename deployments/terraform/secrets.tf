locals {
  tenant_secret_prefix = "ledgix/tenants/${var.environment}"
}

resource "random_password" "judge_api_key" {
  length  = 48
  special = false
}

# Merged over the environment when Vault starts. DATABASE_URL of the Supabase project is put there by hand: Terraform's state must not
# hold it.
resource "aws_secretsmanager_secret" "vault" {
  name = "ledgix/vault/${var.environment}"
}

resource "aws_secretsmanager_secret_version" "vault" {
  secret_id = aws_secretsmanager_secret.vault.id
  secret_string = jsonencode({
    DATABASE_URL                     = "postgres://set-by-hand?sslmode=require"
    SUPABASE_JWKS_URL                = "${var.supabase_url}/auth/v1/.well-known/jwks.json"
    VAULT_JUDGE_API_KEY              = random_password.judge_api_key.result
    VAULT_SIGNER_BACKEND             = "aws_kms"
    VAULT_KMS_KEY_ID                 = aws_kms_key.signing.arn
    VAULT_CLEARANCE_SQS_QUEUE_URL    = aws_sqs_queue.clearance.url
    VAULT_LEDGER_ANCHOR_BUCKET       = aws_s3_bucket.anchors.bucket
    VAULT_LEDGER_REQUIRE_OBJECT_LOCK = "true"
    VAULT_LEDGER_OBJECT_LOCK_MODE    = "COMPLIANCE"
    VAULT_LEDGER_OBJECT_LOCK_DAYS    = tostring(var.anchor_lock_days)
    VAULT_RATE_LIMIT_REDIS_URL       = "rediss://${aws_elasticache_replication_group.limits.primary_endpoint_address}:6379"
    VAULT_TENANT_PROVISION_URL       = "postgres://ledgix:${random_password.database.result}@${aws_db_instance.tenants.endpoint}/postgres"
  })
  lifecycle {
    ignore_changes = [secret_string]
  }
}

resource "aws_secretsmanager_secret" "judge" {
  name = "ledgix/judge/${var.environment}"
}

resource "aws_secretsmanager_secret_version" "judge" {
  secret_id = aws_secretsmanager_secret.judge.id
  secret_string = jsonencode({
    DATABASE_URL  = "postgres://set-by-hand?sslmode=require"
    JUDGE_API_KEY = random_password.judge_api_key.result
  })
  lifecycle {
    ignore_changes = [secret_string]
  }
}
