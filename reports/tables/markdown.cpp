#include <fmt/format.h>

#include "reports/tables/table.hpp"
#include "reports/text/escaping.hpp"

namespace tutti::reports {
namespace {

std::string marked(const std::string& text, Mark mark) {
  switch (mark) {
    case Mark::kBest:
      return "**" + text + "**";
    case Mark::kClose:
      return "<u>" + text + "</u>";
    default:
      return text;
  }
}

std::string cell_text(const TableCell& cell) {
  std::string text = cell.value.empty() ? "–" : markdown_text(cell.value);
  if (!cell.spread.empty()) text += " ± " + cell.spread;
  text = marked(text, cell.mark);
  if (!cell.detail.empty()) text += (text.empty() ? "" : " ") + markdown_text(cell.detail);
  const std::string superscript = superscript_text(cell);
  return superscript.empty() ? text : text + "<sup>" + markdown_text(superscript) + "</sup>";
}

std::string line(const std::vector<std::string>& fields) { return fmt::format("| {} |\n", fmt::join(fields, " | ")); }

}  // namespace

std::string to_markdown(const Table& table) {
  std::vector<std::string> heads, rules;
  for (const Column& column : table.columns) {
    heads.push_back(markdown_text(column.head));
    rules.push_back(column.right ? "---:" : ":---");
  }
  std::string out = line(heads) + line(rules);
  for (const Section& section : table.sections) {
    if (!section.heading.empty()) {
      std::vector<std::string> heading(table.columns.size());
      heading.front() = "*" + markdown_text(section.heading) + "*";
      out += line(heading);
    }
    for (const auto& row : section.rows) {
      std::vector<std::string> fields;
      for (const TableCell& cell : row) fields.push_back(cell_text(cell));
      out += line(fields);
    }
  }
  const std::string caption = caption_text(table);
  if (!caption.empty()) out += "\n" + markdown_text(caption) + "\n";
  for (std::size_t i = 0; i < table.notes.size(); ++i) {
    out += fmt::format("\n<sup>{}</sup> {}\n", note_letter(i), markdown_text(table.notes[i]));
  }
  return out;
}

}  // namespace tutti::reports
