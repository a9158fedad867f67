variable "V" {
  default = "1.0"
  description = "the version"
  validation {
    condition = V != ""
    error_message = "V must be set"
  }
  validation {
    condition = can(regex("^[0-9.]+$", V))
    error_message = "V is no version: ${V}"
  }
}
target "default" { tags = ["a:${V}"] }
