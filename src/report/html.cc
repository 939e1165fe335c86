#include "report/html.h"

#include <fmt/format.h>

#include <algorithm>

namespace exeunt {

namespace {

/// Colours that differ for everybody (Okabe and Ito's), darker or lighter by theme.
constexpr const char* kStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2430; --soft: #5b6675; --rule: #dde2e9; --grid: #e9edf2;
  --mix: #0b6bb8; --fit: #8fb9dc; --chosen: #c2410c; --full: #475467; --alone: #0a7d5b; --after: #0b6bb8; --before: #b7791f;
  --bar: #dbe3ec; --good: #0a7d5b; --warn: #b45309;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f141b; --card: #18202a; --text: #e6ebf2; --soft: #9aa7b8; --rule: #2b3644; --grid: #25303c;
    --mix: #5ab0f2; --fit: #3b6a93; --chosen: #ff9457; --full: #b3bfce; --alone: #3fc79a; --after: #5ab0f2; --before: #e3b457;
    --bar: #2c3948; --good: #3fc79a; --warn: #f0b45a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 36px 0 4px; }
h3 { font-size: .95rem; margin: 0 0 2px; }
p { margin: 4px 0 12px; max-width: 75ch; overflow-wrap: anywhere; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.verdict { background: var(--card); border: 1px solid var(--rule); border-left: 6px solid var(--good); border-radius: 8px;
  padding: 14px 18px; margin: 20px 0; font-size: 1.08rem; }
.verdict.warn { border-left-color: var(--warn); }
.verdict p { margin: 0; max-width: none; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.tile, .card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; }
.tile b { display: block; font-size: 1.3rem; white-space: nowrap; font-variant-numeric: tabular-nums; line-height: 1.3; }
.tile span { color: var(--soft); font-size: .85rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 14px; }
figure { margin: 0; }
.cards figure { max-width: 460px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--text); font: 12px system-ui, "Segoe UI", Roboto, sans-serif; }
svg .soft { fill: var(--soft); }
svg .grid { stroke: var(--grid); stroke-width: 1; }
svg .axis { stroke: var(--soft); stroke-width: 1; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .thin { stroke-width: 1.5; }
svg .dashed { stroke-dasharray: 5 4; }
svg .mark { stroke: var(--card); stroke-width: 1; }
svg .ring { fill: none; stroke-width: 2.5; }
svg .halo { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
svg .bar { fill: var(--bar); }
.s-mix { stroke: var(--mix); } .f-mix { fill: var(--mix); }
.s-fit { stroke: var(--fit); } .f-fit { fill: var(--fit); }
.s-chosen { stroke: var(--chosen); } svg .f-chosen { fill: var(--chosen); }
.s-full { stroke: var(--full); } svg .f-full { fill: var(--full); }
.s-alone { stroke: var(--alone); } svg .f-alone { fill: var(--alone); }
.s-after { stroke: var(--after); } .f-after { fill: var(--after); }
.s-before { stroke: var(--before); } .f-before { fill: var(--before); }
.s-limit { stroke: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 8px 0 0; padding: 0; list-style: none; font-size: .88rem; }
.legend svg { display: inline-block; width: 26px; height: 14px; vertical-align: -2px; margin-right: 6px; }
.wide { display: none; }
@media (min-width: 760px) { .wide { display: block; } .narrow { display: none; } }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 100%; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--soft); font-weight: 600; }
tr.marked td { color: var(--chosen); font-weight: 600; }
footer { margin-top: 32px; color: var(--soft); font-size: .85rem; }
)css";

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return result;
}

std::string html_page(std::string_view title, const std::string& body, std::string_view style,
                      std::string_view script) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"icon\" "
      "href=\"data:,\">\n<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n<main>\n{}</main>\n"
      "{}</body>\n</html>\n",
      escaped(title), kStyle, style, body, script.empty() ? "" : fmt::format("<script>{}</script>\n", script));
}

std::string html_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                       const std::vector<std::size_t>& marked) {
  std::string html = "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string& cell : header) html += fmt::format("<th>{}</th>", escaped(cell));
  html += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    html += std::ranges::find(marked, i) != marked.end() ? "<tr class=\"marked\">" : "<tr>";
    for (const std::string& cell : rows[i]) html += fmt::format("<td>{}</td>", escaped(cell));
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace exeunt
