target "default" {
  args = {
    E00 = "${jsonencode(timeadd("2024-01-31T00:00:00Z", "36h"))}"
    E01 = "${jsonencode(formatdate("YYYY-MM-DD", "2024-02-03T04:05:06Z"))}"
    E02 = "${jsonencode(formatdate("DD MMM YYYY hh:mm:ss ZZZ", "2024-02-03T04:05:06Z"))}"
    E03 = "${jsonencode(formatdate("YYYY-MM-DD'T'hh:mm:ssZ", "2024-02-03T04:05:06Z"))}"
    E04 = "${jsonencode(formatdate("hh 'o''clock %' ''mm''", "2024-02-03T04:05:06Z"))}"
  }
}
