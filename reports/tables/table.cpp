#include "reports/tables/table.hpp"

#include <algorithm>

namespace tutti::reports {

std::size_t Table::note(const std::string& text) {
  const auto found = std::find(notes.begin(), notes.end(), text);
  const auto index = static_cast<std::size_t>(found - notes.begin());
  if (found == notes.end()) notes.push_back(text);
  return index;
}

bool Table::empty() const {
  return std::all_of(sections.begin(), sections.end(), [](const Section& section) { return section.rows.empty(); });
}

std::string caption_text(const Table& table, const std::string& mark) {
  if (table.close.empty()) return table.caption;
  return table.caption + (table.caption.empty() ? "" : " ") + mark + ": " + table.close + ".";
}

std::string note_letter(std::size_t index) {
  const std::string last(1, static_cast<char>('a' + index % 26));
  return index < 26 ? last : note_letter(index / 26 - 1) + last;
}

std::string superscript_text(const TableCell& cell) {
  std::string text = cell.superscript;
  for (const std::size_t note : cell.notes) text += (text.empty() ? "" : ",") + note_letter(note);
  return text;
}

}  // namespace tutti::reports
