data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${local.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role" "task" {
  for_each           = local.services
  name               = "${local.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_caller_identity" "here" {}

locals {
  tenant_secrets = "arn:aws:secretsmanager:${var.region}:${data.aws_caller_identity.here.account_id}:secret:${local.tenant_secret_prefix}/*"
}

data "aws_iam_policy_document" "vault" {
  statement {
    sid       = "ItsBundle"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.vault.arn]
  }
  statement {
    sid       = "TenantsSecrets"
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"]
    resources = [local.tenant_secrets]
  }
  statement {
    sid       = "Sign"
    actions   = ["kms:Sign", "kms:GetPublicKey"]
    resources = [aws_kms_key.signing.arn]
  }
  statement {
    sid = "Queue"
    actions = [
      "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes",
    ]
    resources = [aws_sqs_queue.clearance.arn]
  }
  statement {
    sid       = "AnchorsAreCheckedAndWritten"
    actions   = ["s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration", "s3:ListBucket"]
    resources = [aws_s3_bucket.anchors.arn]
  }
  statement {
    sid       = "AnchorsAreNeverDeleted"
    actions   = ["s3:PutObject", "s3:GetObject", "s3:PutObjectRetention", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.anchors.arn}/*"]
  }
}

resource "aws_iam_role_policy" "vault" {
  role   = aws_iam_role.task["vault"].id
  policy = data.aws_iam_policy_document.vault.json
}

data "aws_iam_policy_document" "judge" {
  statement {
    sid       = "ItsBundle"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.judge.arn, local.tenant_secrets]
  }
  statement {
    sid       = "Models"
    actions   = ["bedrock:InvokeModel"]
    resources = ["arn:aws:bedrock:${var.region}::foundation-model/*"]
  }
}

resource "aws_iam_role_policy" "judge" {
  role   = aws_iam_role.task["judge"].id
  policy = data.aws_iam_policy_document.judge.json
}
