#include "reports/export/export.hpp"

namespace tutti::reports {

void write_exports(const Analysis& analysis, const ReportOptions& options, OutputFolder& folder) {
  export_tables(analysis, options, folder);
  export_marl_eval(*analysis.data, options, folder);
  export_rliable(analysis, options, folder);
}

}  // namespace tutti::reports
