variable "TEXT" { default = "x" }
variable "NUMBER" { default = 3 }
variable "TRUTH" { default = true }
variable "EMPTY" {}
variable "NOTHING" { default = null }
target "default" {
  args = { T = TEXT, N = NUMBER, B = TRUTH, E = "<${EMPTY}>", O = NOTHING == null ? "null" : NOTHING }
}
