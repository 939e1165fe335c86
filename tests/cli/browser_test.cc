#include "cli/browser.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Every picture of figures on a page.
std::vector<std::string> charts_of(const std::string& dom, const std::string& mark) {
  std::vector<std::string> charts;
  for (std::size_t at = dom.find("<svg"); at != std::string::npos; at = dom.find("<svg", at + 1)) {
    std::string svg = dom.substr(at, dom.find("</svg>", at) - at);
    if (svg.find(mark) != std::string::npos) charts.push_back(std::move(svg));
  }
  return charts;
}

class TunePageInBrowser : public BrowserTest {
 protected:
  void SetUp() override {
    BrowserTest::SetUp();
    if (IsSkipped()) return;
    page_ = folder_ / "page.html";
    expect_success({"tune", kDigits, "--data", kDigitsData, "--max-accuracy-drop", "0.5", "--duration", "0.05", "-o",
                    (folder_ / "tuned.json").string(), "--report", page_.string()});
  }
  std::filesystem::path page_;
};

TEST_F(TunePageInBrowser, DrawsEveryChartWithoutComplaint) {
  const std::vector<std::string> charts = charts_of(dom(page_), "data-chart");
  for (const std::string& svg : charts) {
    EXPECT_THAT(svg, HasSubstr("class=\"line s-"));
    EXPECT_THAT(svg, HasSubstr("class=\"axis\""));
    EXPECT_THAT(svg, Not(HasSubstr("NaN")));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
  EXPECT_EQ(charts.size(), 2U + 1U + 2U) << "the curve for wide and narrow pages, one decision, two heads";
}

TEST_F(TunePageInBrowser, ShowsItsColoursOnNarrowAndWidePages) {
  for (const int width : {500, 1600}) {
    const std::set<std::uint32_t> light = colours(page_, width);
    for (const std::uint32_t colour : {0x0b6bb8U, 0xc2410cU, 0x0a7d5bU, 0xffffffU, 0xf6f7f9U})
      EXPECT_TRUE(light.contains(colour)) << std::hex << colour << std::dec << " at " << width;
  }
}

TEST_F(TunePageInBrowser, IsDarkForThoseWhoWantIt) {
  const std::set<std::uint32_t> dark = colours(page_, 1000, kDark);
  EXPECT_TRUE(dark.contains(0x0f141bU));
  EXPECT_FALSE(dark.contains(0xf6f7f9U));
}

/// Nothing lies beyond the right rim of the page.
constexpr const char* kFits = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth;";

class PlanPageInBrowser : public BrowserTest {
 protected:
  void SetUp() override {
    BrowserTest::SetUp();
    if (IsSkipped()) return;
    page_ = folder_ / "page.html";
    expect_success(
        {"inspect", kDigits, "--data", kDigitsData, "--limit", "50", "--duration", "0.05", "--report", page_.string()});
  }
  std::filesystem::path page_;
};

TEST_F(PlanPageInBrowser, DrawsEveryChartWithoutComplaint) {
  const std::string seen = dom(page_);
  EXPECT_EQ(charts_of(seen, "data-chart").size(), 1U + 2U + 3U)
      << "shares, two paths, latencies of two exits and the mix";
  EXPECT_EQ(charts_of(seen, "data-graph").size(), 1U);
  EXPECT_THAT(seen, Not(HasSubstr("NaN")));
}

TEST_F(PlanPageInBrowser, ScrollsSidewaysNowhereButInItsPanels) {
  for (const int width : {400, 760, 1600}) EXPECT_EQ(evaluate(page_, width, kFits), "true") << width;
}

TEST_F(PlanPageInBrowser, IsLightOrDark) {
  for (const int width : {500, 1600}) {
    const std::set<std::uint32_t> light = colours(page_, width);
    const std::set<std::uint32_t> dark = colours(page_, width, kDark);
    for (const std::uint32_t colour : {0xf6f7f9U, 0xffffffU, 0x9c3d10U, 0x0b6bb8U})
      EXPECT_TRUE(light.contains(colour)) << std::hex << colour;
    for (const std::uint32_t colour : {0x0f141bU, 0x18202aU, 0xffbe85U, 0x5ab0f2U})
      EXPECT_TRUE(dark.contains(colour)) << std::hex << colour;
    EXPECT_FALSE(dark.contains(0xf6f7f9U));
  }
}

TEST_F(PlanPageInBrowser, LabelsStayWithinTheirBoxesAndBoxesApart) {
  EXPECT_EQ(evaluate(page_, 1600, R"js(
    const boxes = Array.from(document.querySelectorAll('svg.graph a.step, svg.graph .io, svg.graph .exit'));
    const inside = (a, b) => a.left >= b.left - 0.5 && a.right <= b.right + 0.5 && a.top >= b.top - 0.5 && a.bottom <= b.bottom + 0.5;
    const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
    const wrong = [];
    for (const box of boxes) {
      const rect = box.querySelector('rect').getBoundingClientRect();
      for (const text of box.querySelectorAll('text'))
        if (!inside(text.getBoundingClientRect(), rect)) wrong.push('beyond its box: ' + text.textContent);
      for (const other of boxes)
        if (other !== box && !apart(rect, other.querySelector('rect').getBoundingClientRect())) wrong.push('overlap');
    }
    return boxes.length > 8 ? wrong.join('; ') : 'no boxes';
  )js"),
            "");
}

/// The sizes of the pages of a PDF as Chromium writes it: of the compressed streams that draw them, in bytes.
std::vector<int> page_sizes(const std::string& pdf) {
  std::vector<int> sizes;
  for (std::size_t at = pdf.find("/Type /Page\n"); at != std::string::npos; at = pdf.find("/Type /Page\n", at + 1)) {
    const std::string contents = "/Contents ";
    const int object = std::stoi(pdf.substr(pdf.find(contents, at) + contents.size(), 10));
    const std::size_t stream = pdf.find(fmt::format("\n{} 0 obj", object));
    const std::string length = "/Length ";
    sizes.push_back(std::stoi(pdf.substr(pdf.find(length, stream) + length.size(), 10)));
  }
  return sizes;
}

TEST_F(PlanPageInBrowser, ALongGraphIsPrintedWithoutAnEmptyPage) {
  constexpr int kPairs = 40;
  std::string nodes;
  for (int i = 0; i < kPairs; ++i) {
    const std::string from = i == 0 ? "x" : fmt::format("b{}", i - 1);
    nodes += fmt::format("a{0} = Softmax<axis = 0>({1}) b{0} = Softmax<axis = 1>(a{0}) ", i, from);
  }
  const std::string model =
      write_model(folder_, fmt::format("g (float[3,3] x) => (float[3,3] b{}) {{ {} }}", kPairs - 1, nodes));
  const std::filesystem::path page = folder_ / "long.html";
  const std::filesystem::path pdf = folder_ / "long.pdf";
  expect_success({"inspect", model, "--deterministic", "--duration", "0", "--report", page.string()});
  open(page, {"--no-pdf-header-footer", "--print-to-pdf=" + pdf.string()});
  const std::vector<int> sizes = page_sizes(content_of(pdf));
  ASSERT_GT(sizes.size(), 4U);
  constexpr int kRimOfAPanel = 400;
  for (const int size : sizes) EXPECT_GT(size, kRimOfAPanel);
}

TEST_F(PlanPageInBrowser, SearchMarksStepsByTheNodesOfTheFile) {
  EXPECT_EQ(evaluate(page_, 1600, R"js(
    const search = document.querySelector('input[type=search]');
    search.value = 'node_conv2d';
    search.dispatchEvent(new window.Event('input'));
    const hits = Array.from(document.querySelectorAll('svg.graph a.hit'));
    const rows = Array.from(document.querySelectorAll('tr.hit'));
    const sound = hits.length > 0 && hits.every(h => h.querySelector('title').textContent.includes('node_conv2d')) &&
                  hits.every(h => rows.some(r => r.id === 'step-' + h.dataset.step));
    search.value = 'nothing is called so';
    search.dispatchEvent(new window.Event('input'));
    return sound + ' ' + document.querySelectorAll('.hit').length + ' ' + search.parentElement.querySelector('output').textContent;
  )js"),
            "true 0 nothing");
}

TEST_F(PlanPageInBrowser, AHeadingSortsItsTableAndSortsItBack) {
  EXPECT_EQ(evaluate(page_, 1600, R"js(
    const table = Array.from(document.querySelectorAll('table.sortable')).pop();
    const us = () => Array.from(table.tBodies[0].rows).map(r => Number(r.cells[6].dataset.v));
    const sorted = sign => us().every((v, i, all) => i === 0 || sign * (v - all[i - 1]) >= 0);
    const button = table.querySelectorAll('th')[6].querySelector('button');
    button.click();
    const down = sorted(-1);
    button.click();
    return down + ' ' + sorted(1) + ' ' + us().length;
  )js")
                .substr(0, 10),
            "true true ");
}

TEST_F(PlanPageInBrowser, ZoomChangesTheGraphAndNotThePage) {
  EXPECT_EQ(evaluate(page_, 400, R"js(
    const svg = document.querySelector('svg.graph');
    const before = svg.getBoundingClientRect().width;
    document.querySelector('button[data-zoom=in]').click();
    const larger = svg.getBoundingClientRect().width > before;
    document.querySelector('button[data-zoom=whole]').click();
    const view = document.querySelector('.view');
    return larger + ' ' + (svg.getBoundingClientRect().height <= view.clientHeight) + ' ' +
           (document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  )js"),
            "true true true");
}

TEST_F(PlanPageInBrowser, NamesOfNodesRunNothing) {
  onnx::ModelProto model = model_of(one_output("float[1,3] x", "a = Sin(x) y = Relu(a)"));
  model.mutable_graph()->mutable_node(0)->set_name("<script>document.title='harmed'</script>");
  model.mutable_graph()->mutable_node(1)->set_name("\"><img src=x onerror=\"document.title='harmed'\">");
  const std::filesystem::path page = folder_ / "harmful.html";
  expect_success({"inspect", write_model(folder_, model), "--duration", "0.02", "--report", page.string()});
  EXPECT_EQ(evaluate(page, 1600, "return document.title + ' ' + document.querySelectorAll('script, img').length;"),
            "Plan of model.onnx 1");
}

TEST_F(PlanPageInBrowser, TwoPlansStandSideBySide) {
  const std::filesystem::path page = folder_ / "versus.html";
  expect_success({"inspect", kDigits, "--versus", kPlainDigits, "--duration", "0.05", "--report", page.string()});
  const std::string seen = dom(page);
  EXPECT_EQ(charts_of(seen, "data-graph").size(), 2U);
  for (const int width : {400, 1600}) EXPECT_EQ(evaluate(page, width, kFits), "true") << width;
}

}  // namespace
}  // namespace exeunt::testing
