# who=me
# syntax=a
FROM a
