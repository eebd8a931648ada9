// How numbers become text. Conversions are the correctly rounded ones of fmt: the exact binary value, ties to even.
#pragma once

#include <string>

#include "text/quantities.hpp"

namespace tutti::reports {

using text::bytes_text;
using text::count_text;
using text::duration_text;

/// `value` with a fixed number of decimals. A result that rounds to zero has no sign; NaN gives an empty text.
std::string fixed(double value, int decimals);

/// A p-value by three decimals, "< 0.001" below kLeastShownP.
inline constexpr double kLeastShownP = 0.001;
std::string p_value_text(double p_value);

/// The shortest text that reads back as exactly `value`; empty where it is not finite.
std::string shortest(double value);

/// Whether `text` is a plain decimal number, such as -12.5.
bool is_number(const std::string& text);

}  // namespace tutti::reports
