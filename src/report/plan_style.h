#pragma once

namespace exeunt {

/// The style that pages about plans have besides.
extern const char* const kPlanStyle;
/// Zoom, search and sorted tables of pages about plans. Reads the page only, and sets texts, never HTML.
extern const char* const kPlanScript;

}  // namespace exeunt
