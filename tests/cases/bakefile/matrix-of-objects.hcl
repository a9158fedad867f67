target "php" {
  name = "php-${replace(item.version, ".", "-")}"
  matrix = {
    item = [
      { version = "8.2", latest = false },
      { version = "8.3", latest = true },
    ]
  }
  args = { PHP = item.version }
  tags = compact(["php:${item.version}", item.latest ? "php:latest" : ""])
}
