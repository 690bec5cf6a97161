variable "region" {
  type        = string
  description = "AWS region of everything here."
  default     = "us-east-1"
}

variable "environment" {
  type        = string
  description = "Part of every name, and the environment whose keys Vault takes."
  default     = "production"
  validation {
    condition     = contains(["development", "staging", "production"], var.environment)
    error_message = "Takes development, staging or production."
  }
}

variable "vault_domain" {
  type        = string
  description = "The name that applications reach Vault by. Its zone must be var.zone_id."
}

variable "console_domain" {
  type        = string
  description = "The name that people reach the console by."
}

variable "zone_id" {
  type        = string
  description = "Route 53 zone of both names."
}

variable "images" {
  type        = object({ vault = string, judge = string, console = string })
  description = "Image of each service, by digest."
}

variable "supabase_url" {
  type        = string
  description = "Address of the Supabase project that holds the control plane."
}

variable "supabase_publishable_key" {
  type        = string
  description = "Names the project and opens nothing."
}

variable "vault_replicas" {
  type        = number
  description = "Vaults that run at once."
  default     = 3
}

variable "judge_replicas" {
  type        = number
  description = "Judges that run at once."
  default     = 2
}

variable "database_instance_class" {
  type        = string
  description = "Of the PostgreSQL server that holds tenants' databases."
  default     = "db.m7g.large"
}

variable "anchor_lock_days" {
  type        = number
  description = "How long an anchored checkpoint cannot be deleted, by anybody."
  default     = 365
}

variable "alarm_email" {
  type        = string
  description = "Who is told of alarms."
}
