# Reads a run's tables as R does without options, and holds the types to columns.csv.
#
#     Rscript check_tables.R RUN
#
# Prints what is wrong, one line each, and ends with 1 when something is.
run <- commandArgs(trailingOnly = TRUE)[1]
columns <- read.csv(file.path(run, "columns.csv"))
problems <- 0
wrong <- function(...) {
  cat("R:", ..., "\n")
  problems <<- problems + 1
}
for (file in unique(columns$file)) {
  table <- read.csv(file.path(run, file), check.names = FALSE)
  described <- columns[columns$file == file, ]
  if (!identical(names(table), described$column)) wrong(file, "has other columns than its description")
  for (place in seq_len(nrow(described))) {
    values <- table[[described$column[place]]]
    # Nothing can tell what a column without any value was meant to be.
    if (all(is.na(values) | values == "")) next
    if (is.numeric(values) != (described$type[place] %in% c("integer", "number")))
      wrong(file, described$column[place], "is", described$type[place], "and R reads", class(values))
  }
}
cat(length(unique(columns$file)), "tables read by R:", problems, "problems\n")
quit(status = if (problems > 0) 1 else 0)
