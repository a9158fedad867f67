variable "REGISTRY" { default = "ghcr.io" }
variable "IMAGE" { default = "${REGISTRY}/org/app" }
target "default" {
  tags = ["${IMAGE}:latest", "${IMAGE}:${TAG}"]
}
TAG = "v1"
