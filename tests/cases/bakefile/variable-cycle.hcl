variable "A" {
  default = "${A}b"
}
target "default" {}
