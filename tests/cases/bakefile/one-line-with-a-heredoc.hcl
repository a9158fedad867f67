target "a" {
  dockerfile-inline = <<EOT
FROM alpine
EOT
}
target "b" { dockerfile-inline = <<EOT
FROM alpine
EOT
}
