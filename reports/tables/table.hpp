// A table as it is shown, before any format: what the Markdown, LaTeX and HTML writers share.
#pragma once

#include <string>
#include <vector>

#include "reports/analysis/options.hpp"

namespace tutti::reports {

/// How a cell stands out in its row.
enum class Mark {
  kNone,
  kBest,   // bold
  kClose,  // underlined: not distinguishable from the best, by the rule that the caption names
};

/// One cell, shown as "value ± spread detail". Numbers are already rounded; text is not yet escaped.
struct TableCell {
  std::string value;        // a number or a short text; empty: nothing was measured, shown as an en dash
  std::string spread = {};  // after a plus-minus sign
  std::string detail = {};  // after both, smaller: an interval, a count
  Mark mark = Mark::kNone;
  std::string superscript = {};         // such as the number of runs where it differs from the caption's
  std::vector<std::size_t> notes = {};  // indices into Table::notes
};

/// A column. `measurement` columns hold value and spread, set as two columns where the format can align them.
struct Column {
  std::string head;
  bool right = true;  // alignment
  bool measurement = false;
};

/// Rows under an optional heading, set apart by a rule.
struct Section {
  std::string heading = {};  // empty: none
  std::vector<std::vector<TableCell>> rows = {};
};

/// One table of the report. Every row has as many cells as there are columns.
struct Table {
  std::string name = {};     // file name without ending, such as "main"
  std::string title = {};    // one line
  std::string caption = {};  // what is shown, over how many runs, by which rules
  std::string close = {};    // what Mark::kClose says of a cell; empty: it is not used
  std::vector<Column> columns = {};
  std::vector<Section> sections = {};
  std::vector<std::string> notes = {};  // footnotes, lettered a, b, ...

  /// Index of `note` among the footnotes, added if it is new.
  std::size_t note(const std::string& text);
  bool empty() const;
};

/// The letter of a footnote: a, b, ..., z, aa, ab, ...
std::string note_letter(std::size_t index);

/// A cell's superscript and footnote letters, separated by commas; empty if it has none.
std::string superscript_text(const TableCell& cell);

/// The caption with what Mark::kClose says; `mark` is how the format shows that.
std::string caption_text(const Table& table, const std::string& mark = "Underlined");

/// A pipe table with its caption and footnotes.
std::string to_markdown(const Table& table);

/// A `tabular` for \input; needs booktabs, and siunitx in that style.
std::string to_latex(const Table& table, LatexStyle style);

/// A document that sets the fragment `<table.name>.tex` beside it on a page of the table's own size.
std::string to_latex_document(const Table& table, LatexStyle style);

}  // namespace tutti::reports
