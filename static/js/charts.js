/* Draws every [data-chart] and writes the same numbers into its table. Chart.js is fetched only where a chart stands. */
(function () {
  "use strict";

  const source = document.currentScript.dataset.chartLibrary;
  const language = document.documentElement.lang || "tr";
  const number = new Intl.NumberFormat(language);
  const drawn = new Map();
  let library;

  function load() {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.addEventListener("load", () => resolve(window.Chart));
      script.addEventListener("error", reject);
      document.head.append(script);
    });
    return library;
  }

  function read(figure) {
    const block = document.getElementById(`${figure.dataset.chart}-data`);
    const text = block ? block.textContent : figure.dataset.chartJson;
    return text ? JSON.parse(text) : null;
  }

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--iys-${name}`).trim();
  const slots = { primary: "chart-1", danger: "chart-2", info: "chart-3", warning: "chart-4", success: "success", secondary: "chart-6" };
  const order = [1, 3, 4, 5, 6, 2]; // red last: on these pages it means a refusal
  const colour = (tone, index) => token(slots[tone] || `chart-${order[index % order.length]}`);

  function table(figure, data) {
    const box = figure.querySelector("[data-chart-table]");
    if (!box) return;
    const grid = document.createElement("table");
    grid.className = "table";
    const head = grid.createTHead().insertRow();
    head.append(document.createElement("td"));
    for (const series of data.series) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.className = "num";
      cell.textContent = series.label;
      head.append(cell);
    }
    const body = grid.createTBody();
    data.labels.forEach((label, row) => {
      const line = body.insertRow();
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = label;
      line.append(name);
      for (const series of data.series) {
        const cell = line.insertCell();
        cell.className = "num";
        cell.textContent = number.format(series.values[row]);
      }
    });
    box.replaceChildren(grid);
  }

  function draw(Chart, figure, data, still) {
    const canvas = figure.querySelector("canvas");
    drawn.get(canvas)?.destroy();
    const round = data.type === "doughnut";
    const line = data.type === "line";
    const stacked = data.type === "stacked";
    const surface = token("surface");
    const soft = token("text-soft");
    const axis = { grid: { color: token("line") }, border: { display: false }, ticks: { color: soft } };
    const datasets = data.series.map((series, index) => {
      const paint = round ? data.labels.map((_, slice) => colour(series.tones?.[slice], slice)) : colour(series.tone, index);
      return {
        label: series.label,
        data: series.values,
        borderColor: round ? surface : paint,
        backgroundColor: paint,
        borderWidth: line ? 2.5 : round ? 2 : 0,
        borderDash: line && index % 2 ? [6, 3] : [],
        borderRadius: round ? 0 : 3,
        pointStyle: ["circle", "rect", "triangle", "rectRot"][index % 4],
        pointRadius: data.labels.length > 12 ? 0 : 3.5,
        pointHoverRadius: 5,
        cubicInterpolationMode: "monotone",
        maxBarThickness: 36,
      };
    });
    const chart = new Chart(canvas, {
      type: stacked ? "bar" : data.type,
      data: { labels: data.labels, datasets },
      options: {
        animation: still || window.matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 400 },
        maintainAspectRatio: false,
        locale: language,
        cutout: "62%",
        interaction: { mode: round ? "nearest" : "index", intersect: round },
        scales: round
          ? {}
          : {
              x: { ...axis, grid: { display: false }, stacked, ticks: { color: soft, maxRotation: 0, autoSkipPadding: 16 } },
              y: { ...axis, stacked, beginAtZero: true, ticks: { color: soft, precision: 0, maxTicksLimit: 6 } },
            },
        plugins: {
          legend: {
            display: round || data.series.length > 1,
            position: round ? "right" : "top",
            align: round ? "center" : "end",
            labels: { color: token("text"), usePointStyle: true, boxHeight: 8, padding: 14 },
          },
          tooltip: { usePointStyle: true, padding: 10, callbacks: { label: (item) => ` ${round ? item.label : item.dataset.label}: ${number.format(item.raw)}` } },
        },
      },
    });
    drawn.set(canvas, chart);
  }

  async function start(root, still = false) {
    const figures = [...root.querySelectorAll("[data-chart]")];
    if (!figures.length) return;
    const pairs = figures.map((figure) => [figure, read(figure)]).filter(([, data]) => data);
    for (const [figure, data] of pairs) table(figure, data);
    const Chart = await load();
    await document.fonts?.ready;
    Chart.defaults.font.family = token("font");
    Chart.defaults.font.size = 14;
    for (const [figure, data] of pairs) draw(Chart, figure, data, still);
  }

  start(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) start(event.detail.elt.parentElement || event.detail.elt);
  });
  document.addEventListener("iys:content", (event) => start(event.detail));
  document.addEventListener("iys:theme", (event) => start(document, Boolean(event.detail.print)));

  /* On paper the tables are open. */
  const opened = [];
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("[data-chart] details:not([open])")) {
      details.open = true;
      opened.push(details);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const details of opened.splice(0)) details.open = false;
  });
})();
