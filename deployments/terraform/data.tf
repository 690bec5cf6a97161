# Tenants' databases. The control plane is a Supabase project, which is made there.

resource "aws_db_subnet_group" "main" {
  name       = local.name
  subnet_ids = aws_subnet.private[*].id
}

resource "random_password" "database" {
  length  = 40
  special = false
}

resource "aws_db_parameter_group" "postgres" {
  name_prefix = "${local.name}-"
  family      = "postgres17"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  lifecycle {
    create_before_destroy = true
  }
}

# pgvector comes with RDS for PostgreSQL; Vault's migrations create the extension.
resource "aws_db_instance" "tenants" {
  identifier_prefix            = "${local.name}-tenants-"
  engine                       = "postgres"
  engine_version               = "17"
  instance_class               = var.database_instance_class
  allocated_storage            = 100
  max_allocated_storage        = 2000
  storage_type                 = "gp3"
  storage_encrypted            = true
  db_name                      = "postgres"
  username                     = "ledgix"
  password                     = random_password.database.result
  parameter_group_name         = aws_db_parameter_group.postgres.name
  db_subnet_group_name         = aws_db_subnet_group.main.name
  vpc_security_group_ids       = [aws_security_group.data.id]
  multi_az                     = true
  backup_retention_period      = 35
  deletion_protection          = true
  skip_final_snapshot          = false
  final_snapshot_identifier    = "${local.name}-tenants-final"
  performance_insights_enabled = true
  copy_tags_to_snapshot        = true
}

resource "aws_elasticache_subnet_group" "main" {
  name       = local.name
  subnet_ids = aws_subnet.private[*].id
}

# Shares the rate limit among Vaults. While it is away each Vault limits by itself.
resource "aws_elasticache_replication_group" "limits" {
  replication_group_id       = "${local.name}-limits"
  description                = "Rate limits of Vault"
  engine                     = "redis"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  transit_encryption_enabled = true
  at_rest_encryption_enabled = true
  subnet_group_name          = aws_elasticache_subnet_group.main.name
  security_group_ids         = [aws_security_group.data.id]
}
