resource "aws_ecs_cluster" "main" {
  name = local.name
}

resource "aws_cloudwatch_log_group" "services" {
  name              = "/ledgix/${var.environment}"
  retention_in_days = 90
}

resource "aws_service_discovery_private_dns_namespace" "main" {
  name = "${local.name}.internal"
  vpc  = aws_vpc.main.id
}

resource "aws_service_discovery_service" "main" {
  for_each = local.services
  name     = each.key
  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.main.id
    dns_records {
      ttl  = 5
      type = "A"
    }
    routing_policy = "MULTIVALUE"
  }
}

locals {
  internal = aws_service_discovery_private_dns_namespace.main.name
  services = {
    vault = {
      image = var.images.vault, port = 8000, replicas = var.vault_replicas, cpu = 1024, memory = 2048, alive = "/health", probe = "/ready"
      environment = {
        AWS_SECRET_NAME      = aws_secretsmanager_secret.vault.name
        AWS_REGION           = var.region
        TENANT_SECRET_PREFIX = local.tenant_secret_prefix
        VAULT_ENVIRONMENT    = var.environment
        VAULT_JUDGE_URL      = "http://judge.ledgix-${var.environment}.internal:8001"
        VAULT_METRICS_PORT   = "9464"
        VAULT_LEDGER_ORIGIN  = "${var.vault_domain}/ledger"
        VAULT_DRAIN_SECONDS  = "15"
        CONSOLE_URL          = "https://${var.console_domain}"
      }
    }
    judge = {
      image = var.images.judge, port = 8001, replicas = var.judge_replicas, cpu = 1024, memory = 2048, alive = "/health", probe = "/ready"
      environment = {
        AWS_SECRET_NAME      = aws_secretsmanager_secret.judge.name
        AWS_REGION           = var.region
        TENANT_SECRET_PREFIX = local.tenant_secret_prefix
        JUDGE_HOST           = "0.0.0.0"
      }
    }
    console = {
      image = var.images.console, port = 3000, replicas = 2, cpu = 512, memory = 1024, alive = "/api/health", probe = "/api/health"
      environment = {
        CONSOLE_TRUSTED_PROXIES  = aws_vpc.main.cidr_block
        SUPABASE_URL             = var.supabase_url
        SUPABASE_PUBLISHABLE_KEY = var.supabase_publishable_key
        VAULT_URL                = "http://vault.ledgix-${var.environment}.internal:8000"
        VAULT_PUBLIC_URL         = "https://${var.vault_domain}"
        CONSOLE_URL              = "https://${var.console_domain}"
      }
    }
  }
  public = { vault = var.vault_domain, console = var.console_domain }
}

resource "aws_ecs_task_definition" "main" {
  for_each                 = local.services
  family                   = "${local.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task[each.key].arn
  container_definitions = jsonencode([{
    name                   = each.key
    image                  = each.value.image
    essential              = true
    user                   = "1000"
    readonlyRootFilesystem = true
    stopTimeout            = 90
    portMappings           = [{ containerPort = each.value.port }]
    environment            = [for name, value in each.value.environment : { name = name, value = value }]
    # ECS takes none from the image. That of the process: one that only waits for its database is not ended.
    healthCheck = {
      command     = ["CMD", "node", "-e", "fetch('http://127.0.0.1:${each.value.port}${each.value.alive}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.services.name
        awslogs-region        = var.region
        awslogs-stream-prefix = each.key
      }
    }
  }])
}

resource "aws_ecs_service" "main" {
  for_each                           = local.services
  name                               = each.key
  cluster                            = aws_ecs_cluster.main.id
  task_definition                    = aws_ecs_task_definition.main[each.key].arn
  desired_count                      = each.value.replicas
  launch_type                        = "FARGATE"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    subnets         = aws_subnet.private[*].id
    security_groups = [aws_security_group.services.id]
  }
  service_registries {
    registry_arn = aws_service_discovery_service.main[each.key].arn
  }
  dynamic "load_balancer" {
    for_each = contains(keys(local.public), each.key) ? [1] : []
    content {
      target_group_arn = aws_lb_target_group.main[each.key].arn
      container_name   = each.key
      container_port   = each.value.port
    }
  }
  depends_on = [aws_lb_listener.https]
}
