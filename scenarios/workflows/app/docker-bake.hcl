variable "REGISTRY" {
  default = "ghcr.io/acme"
}

variable "TAG" {
  default = "main"
}

group "default" {
  targets = ["service"]
}

target "service" {
  name      = service
  matrix    = { service = ["api", "worker", "web"] }
  context   = "services/${service}"
  tags      = ["${REGISTRY}/${service}:${TAG}"]
  platforms = ["linux/amd64", "linux/arm64"]
}
