#include <fmt/format.h>

#include <algorithm>

#include "reports/tables/table.hpp"
#include "reports/text/escaping.hpp"
#include "reports/text/long_names.hpp"
#include "reports/text/numbers.hpp"

namespace tutti::reports {
namespace {

// Digits that a siunitx column reserves: before the point, after it, and whether there is a sign.
struct NumberFormat {
  std::size_t whole = 1;
  std::size_t decimals = 0;
  bool negative = false;

  void widen(const std::string& number) {
    negative = negative || number.starts_with('-');
    const std::size_t start = number.starts_with('-') ? 1 : 0;
    const std::size_t point = std::min(number.find('.'), number.size());
    whole = std::max(whole, point - start);
    decimals = std::max(decimals, point == number.size() ? 0 : number.size() - point - 1);
  }
  std::string text() const { return fmt::format("{}{}.{}", negative ? "-" : "", whole, decimals); }
};

// Without it, bold cells of S columns stay in normal weight.
const std::string kSetup = "\\sisetup{text-series-to-math=true, propagate-math-font=true}";

bool is_measurement(const TableCell& cell) { return is_number(cell.value) && is_number(cell.spread); }

std::string superscript(const TableCell& cell, const std::string& extra = "") {
  std::string text = latex_text(superscript_text(cell));
  if (!extra.empty()) text = text.empty() ? extra : extra + "," + text;
  return text.empty() ? "" : "\\textsuperscript{" + text + "}";
}

std::string marked(const std::string& text, Mark mark, bool math) {
  switch (mark) {
    case Mark::kBest:
      return (math ? "\\mathbf{" : "\\textbf{") + text + "}";
    case Mark::kClose:
      return "\\underline{" + text + "}";
    default:
      return text;
  }
}

std::string plain_cell(const TableCell& cell) {
  std::string text;
  if (is_number(cell.value)) {
    text = "$" + marked(cell.value + (cell.spread.empty() ? "" : " \\pm " + cell.spread), cell.mark, true) + "$";
  } else {
    text = marked(cell.value.empty() ? "--" : latex_text(cell.value), cell.mark, false);
    if (!cell.spread.empty()) text += " $\\pm$ " + latex_text(cell.spread);
  }
  if (!cell.detail.empty()) text += " {\\footnotesize " + latex_text(cell.detail) + "}";
  return text + superscript(cell);
}

constexpr std::size_t kLineOfName = 28;  // characters

// A name that is longer takes several lines, aligned to the left or centred.
std::string name_text(const std::string& name, const char* alignment) {
  std::vector<std::string> lines = name_lines(name, kLineOfName);
  for (std::string& line : lines) line = latex_text(line);
  if (lines.size() == 1) return lines.front();
  return fmt::format("\\shortstack[{}]{{{}}}", alignment, fmt::join(lines, "\\\\{}"));
}

// The name of a row: text in a column of texts.
std::string name_cell(const TableCell& cell) {
  const bool is_name = cell.spread.empty() && cell.detail.empty() && !is_number(cell.value);
  return is_name && characters(cell.value) > kLineOfName
             ? marked(name_text(cell.value, "l"), cell.mark, false) + superscript(cell)
             : plain_cell(cell);
}

// What follows the spread: a detail, marks.
std::string siunitx_superscript(const TableCell& cell) {
  std::string text = superscript(cell, cell.mark == Mark::kClose ? "\\dag" : "");
  if (!cell.detail.empty()) text = " {\\mdseries\\footnotesize " + latex_text(cell.detail) + "}" + text;
  return text.empty() ? "" : "{" + text + "}";
}

// A measurement fills two S columns; underlining does not work inside them, so the second mark is a dagger.
std::string siunitx_cell(const TableCell& cell) {
  if (!is_measurement(cell)) {
    TableCell other = cell;
    if (other.mark == Mark::kClose) other.mark = Mark::kNone;
    return "\\multicolumn{2}{c}{" + plain_cell(other) + (cell.mark == Mark::kClose ? "\\textsuperscript{\\dag}" : "") +
           "}";
  }
  const std::string bold = cell.mark == Mark::kBest ? "\\bfseries " : "";
  return bold + cell.value + " & " + bold + cell.spread + siunitx_superscript(cell);
}

bool shorter(const std::string& a, const std::string& b) { return a.size() < b.size(); }

std::string column_format(const Table& table, std::size_t index, LatexStyle style) {
  const Column& column = table.columns[index];
  if (style == LatexStyle::kPlain || !column.measurement) return column.right ? "r" : "l";
  NumberFormat value, spread;
  std::string superscript;  // the longest; S columns reserve its width only where the format names it
  for (const Section& section : table.sections) {
    for (const auto& row : section.rows) {
      if (!is_measurement(row[index])) continue;
      value.widen(row[index].value);
      spread.widen(row[index].spread);
      superscript = std::max(superscript, siunitx_superscript(row[index]), shorter);
    }
  }
  return fmt::format("S[table-format={}]@{{\\,$\\pm$\\,}}S[table-format={}{}]", value.text(), spread.text(),
                     superscript);
}

// A long head with a remark in brackets takes two lines.
std::string head_text(const std::string& head) {
  const std::size_t bracket = head.find(" (");
  if (bracket == std::string::npos || characters(head) > kLineOfName) return name_text(head, "c");
  return "\\shortstack{" + latex_text(head.substr(0, bracket)) + "\\\\" + latex_text(head.substr(bracket + 1)) + "}";
}

std::string head(const Column& column, LatexStyle style) {
  const std::string text = head_text(column.head);
  if (style == LatexStyle::kPlain) return column.right ? "\\multicolumn{1}{c}{" + text + "}" : text;
  if (column.measurement) return "\\multicolumn{2}{c}{" + text + "}";
  return column.right ? "\\multicolumn{1}{c}{" + text + "}" : text;
}

std::size_t width(const Table& table, LatexStyle style) {
  std::size_t columns = table.columns.size();
  if (style == LatexStyle::kSiunitx) {
    columns += static_cast<std::size_t>(
        std::count_if(table.columns.begin(), table.columns.end(), [](const Column& c) { return c.measurement; }));
  }
  return columns;
}

// Underlining does not work inside S columns.
std::string latex_caption(const Table& table, LatexStyle style) {
  return style == LatexStyle::kSiunitx ? caption_text(table, "†") : caption_text(table);
}

std::string row_line(const Table& table, const std::vector<TableCell>& row, LatexStyle style) {
  std::vector<std::string> fields;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool pair = style == LatexStyle::kSiunitx && table.columns[i].measurement;
    fields.push_back(pair ? siunitx_cell(row[i]) : i == 0 ? name_cell(row[i]) : plain_cell(row[i]));
  }
  // After the line before, "[" would begin an option and "*" change the line break.
  const bool optional = !fields.empty() && (fields[0].starts_with('[') || fields[0].starts_with('*'));
  return fmt::format("{}{} \\\\\n", optional ? "{}" : "", fmt::join(fields, " & "));
}

}  // namespace

std::string to_latex(const Table& table, LatexStyle style) {
  const std::size_t columns = width(table, style);
  std::string format;
  std::vector<std::string> heads;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    format += column_format(table, i, style);
    heads.push_back(head(table.columns[i], style));
  }
  std::string out = "% " + clean_text(latex_caption(table, style)) + "\n";
  if (style == LatexStyle::kSiunitx) out += "% The preamble needs: \\usepackage{booktabs, siunitx} " + kSetup + "\n";
  out += fmt::format("\\begin{{tabular}}{{@{{}}{}@{{}}}}\n\\toprule\n{} \\\\\n", format, fmt::join(heads, " & "));
  for (const Section& section : table.sections) {
    out += "\\midrule\n";
    if (!section.heading.empty()) {
      out +=
          fmt::format("\\multicolumn{{{}}}{{@{{}}l}}{{\\textit{{{}}}}} \\\\\n", columns, latex_text(section.heading));
    }
    for (const auto& row : section.rows) out += row_line(table, row, style);
  }
  out += "\\bottomrule\n";
  for (std::size_t i = 0; i < table.notes.size(); ++i) {
    out += fmt::format("\\multicolumn{{{}}}{{@{{}}l@{{}}}}{{\\footnotesize\\textsuperscript{{{}}} {}}} \\\\\n", columns,
                       note_letter(i), latex_text(table.notes[i]));
  }
  return out + "\\end{tabular}\n";
}

std::string to_latex_document(const Table& table, LatexStyle style) {
  const std::string siunitx = "\\usepackage{siunitx}\n" + kSetup + "\n";
  return fmt::format(
      R"(% pdflatex {0}-standalone.tex
\documentclass{{article}}
\usepackage{{booktabs}}
{1}\newsavebox{{\tablebox}}
\newsavebox{{\pagebox}}
\begin{{document}}
\begin{{lrbox}}{{\tablebox}}\input{{{0}.tex}}\end{{lrbox}}
\begin{{lrbox}}{{\pagebox}}\begin{{minipage}}{{\wd\tablebox}}
\usebox{{\tablebox}}\par\medskip
\footnotesize {2}
\end{{minipage}}\end{{lrbox}}
\setlength{{\pdfpagewidth}}{{\dimexpr\wd\pagebox+10mm}}
\setlength{{\pdfpageheight}}{{\dimexpr\ht\pagebox+\dp\pagebox+10mm}}
\setlength{{\hoffset}}{{\dimexpr 5mm-1in}}
\setlength{{\voffset}}{{\dimexpr 5mm-1in}}
\shipout\hbox{{\usebox{{\pagebox}}}}
\end{{document}}
)",
      table.name, style == LatexStyle::kSiunitx ? siunitx : "", latex_text(latex_caption(table, style)));
}

}  // namespace tutti::reports
