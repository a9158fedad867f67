target "default" {
  dockerfile-inline = <<EOT
FROM alpine
RUN echo "${V}" $${HOME}
EOT
  args = {
    A = <<-EOT
      one
        two

      three
    EOT
  }
}
V = "v"
