import LaminaExplorer
import TerminalCells
import Testing

/// What views draw, compared with the text that was looked at and found good.
@Suite("Views") struct ViewTests {
  /// The explorer after a few keys: the depthwise convolution of the first block is selected.
  private func screen(_ width: Int, _ height: Int, _ view: Key) -> String {
    var model = measuredExplorer(width, height)
    press("j", "j", "l", "j", view, in: &model)
    return draw(model).text
  }

  @Test("the tree and the detail of the selection at 80x24")
  func graph80x24() {
    let expected = """
      net.tflite  8 ops  1.08K par  12.2KMAC           │ cpu x2 fp32 │ 0.61ms p90 0.67
      [1 Graph] 2 Tensors  3 Profile  5 Run  8 Log
      ┌─ Graph ───────────────────────────────── 4/10 ─┐┌─ Detail ───────────────────┐
      │operator        type           output    ms time││depthwise                   │
      │  entry/conv    Conv2D          4x4x8  0.10 █▍  ││type      DepthwiseConv2D   │
      │▾ block1        3 ops          4x4x16  0.35 ████││name      net/block1/depthwi│
      │    expand      Conv2D         4x4x16 0.050 ▋   ││          se                │
      │    depthwise   Depthwise…     4x4x16  0.30 ████││time      0.30ms  50.0%     │
      │    relu        Relu           4x4x16 fused     ││p90       0.33ms            │
      │▾ block2        3 ops          4x4x16  0.13 █▊  ││runs on   cpu in fp32       │
      │    expand      Conv2D         4x4x16 0.050 ▋   ││kernel    rows              │
      │    depthwise   Depthwise…     4x4x16 0.080 █▏  ││+ fused   Relu relu        →│
      │    relu        Relu           4x4x16 fused     ││                            │
      │  end/softmax   Softmax !          10 0.020 ▎   ││MACs      2.30K  18.9%      │
      │                                                ││params    216               │
      │                                                ││bytes     64B in, 32B out   │
      │                                                ││MAC/byte  24.00             │
      │                                                ││                            │
      │                                                ││strides   2x2               │
      │                                                ││                            │
      │                                                ││inputs                      │
      └────────────────────────────────────────────────┘└────────────────────────────┘

      hl fold  c colour  r run  b backend  p precision  t threads       ? help  q quit
      """
    #expect(screen(80, 24, "1") == expected)
  }

  @Test("notes of choices stand in a column")
  func picker() {
    var model = explorer()
    let named = Choices(precisions: [Choice("fp32", note: "one"), Choice("int8w", note: "two")])
    _ = update(&model, .opened(scopedModel(), named, settings))
    press("p", in: &model)
    let text = draw(model).text
    #expect(text.contains(" fp32   one "))
    #expect(text.contains(" int8w  two "))
  }

  @Test("the tensors at 80x24")
  func tensors80x24() {
    let expected = """
      net.tflite  8 ops  1.08K par  12.2KMAC           │ cpu x2 fp32 │ 0.61ms p90 0.67
       1 Graph [2 Tensors] 3 Profile  5 Run  8 Log
      ┌─ Tensors ─────────────────────────────────── 7/14 ─┐┌─ Tensor ───────────────┐
      │tensor              shape           dtype      bytes││depthwise               │
      │image               1x8x8x3         float32     768B││type     1x4x4x16 float…│
      │entry/conv/weights  8x3x3x3         float32     864B││role     activation     │
      │entry/conv          1x4x4x8         float32   2.05KB││bytes    2.05KB         │
      │block1/ex…d/weights 16x1x1x8        float32     864B││values: being read…     │
      │block1/expand       1x4x4x16        float32   2.05KB││                        │
      │block1/de…e/weights 1x3x3x16        float32     864B││made by  DepthwiseCon… →│
      │block1/depthwise    1x4x4x16        float32   2.05KB││read by  Relu relu     →│
      │block1/relu         1x4x4x16        float32   2.05KB││                        │
      │block2/ex…d/weights 16x1x1x8        float32     864B││                        │
      │block2/expand       1x4x4x16        float32   2.05KB││                        │
      │block2/de…e/weights 1x3x3x16        float32     864B││                        │
      │block2/depthwise    1x4x4x16        float32   2.05KB││                        │
      │block2/relu         1x4x4x16        float32   2.05KB││                        │
      │end/softmax         1x10            float32   2.05KB││                        │
      │                                                    ││                        │
      │                                                    ││                        │
      │                                                    ││                        │
      └────────────────────────────────────────────────────┘└────────────────────────┘

      s sort  y copy  r run  b backend  p precision  t threads  / find  ? help  q quit
      """
    #expect(screen(80, 24, "2") == expected)
  }

  @Test("the profile at 80x24")
  func profile80x24() {
    let expected = """
      net.tflite  8 ops  1.08K par  12.2KMAC           │ cpu x2 fp32 │ 0.61ms p90 0.67
       1 Graph  2 Tensors [3 Profile] 5 Run  8 Log
      ┌─ Profile ────────────────────────────────────────────────────────────── 1/6 ─┐
      │   # op                 type             on           p50ms    p90    %↓  cum%│
      │   2 block1/depthwise   DepthwiseConv2D  cpu           0.30   0.33  50.0  50.0│
      │   0 entry              Conv2D           cpu           0.10   0.11  16.7  66.7│
      │   4 block2/depthwise   DepthwiseConv2D  cpu          0.080  0.088  13.3  80.0│
      │   1 block1/expand      Conv2D           cpu          0.050  0.055   8.3  88.3│
      │   3 block2/expand      Conv2D           cpu          0.050  0.055   8.3  96.7│
      │   5 end                Softmax          reference !  0.020  0.022   3.3 100.0│
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
      ┌─ Totals ─────────────────────────────────────────────────────────────────────┐
      │DepthwiseConv2D      2    0.38ms  63.3% ████████████████████████▏             │
      │Conv2D               3    0.20ms  33.3% ████████████▋                         │
      │Softmax              1   0.020ms   3.3% █▎                                    │
      │                                                                              │
      │CCCCCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDCCCCCCDDDDDDDDDDSSS│
      │0                            one run, cpu x2 fp32                       0.60ms│
      │ops 0.600 + copies 0.000 + dispatch 0.010 = 0.610 of 0.610 ms: 100.0% OK      │
      │n=20 warm=2 CV 1.4%  monotonic clock of the host                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      s sort  y copy  r run  b backend  p precision  t threads  / find  ? help  q quit
      """
    #expect(screen(80, 24, "3") == expected)
  }

  @Test("the image and the result at 80x24")
  func run80x24() {
    let expected = """
      net.tflite  8 ops  1.08K par  12.2KMAC           │ cpu x2 fp32 │ 0.61ms p90 0.67
       1 Graph  2 Tensors  3 Profile [5 Run] 8 Log
      ┌─ Input ──────────────────────┐┌─ Result ─────────────────────────────────────┐
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││top 2  cat.bmp                            fp32│
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││281 tabby                                71.3%│
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││285 Egyptian cat                         12.0%│
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││labels: ImageNet (guessed from 1000 classes)  │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││                                              │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││pre 1.90ms infer 0.61ms post 0.030ms 394/s    │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││                                              │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││softmax  1x10 float32                         │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││0.1 0.2                                       │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││                                              │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀││                                              │
      │cat.bmp 640x480               ││                                              │
      │→ 8x8 stretch, bilinear       ││                                              │
      │(byte − 127.5) × 0.00784, RGB ││                                              │
      │                              ││                                              │
      │                              ││                                              │
      │                              ││                                              │
      │                              ││                                              │
      └──────────────────────────────┘└──────────────────────────────────────────────┘

      Tab pane  r run  b backend  p precision  t threads  / find        ? help  q quit
      """
    #expect(screen(80, 24, "5") == expected)
  }

  @Test("the log at 80x24")
  func log80x24() {
    let expected = """
      net.tflite  8 ops  1.08K par  12.2KMAC           │ cpu x2 fp32 │ 0.61ms p90 0.67
       1 Graph  2 Tensors  3 Profile  5 Run [8 Log]
      ┌─ Log ────────────────────────────────────────────────────────────────── 4/4 ─┐
      │12:00:00    opened net.tflite: TensorFlow Lite 3, 8 operators, 12.3KB         │
      │12:00:00 !  net/end/softmax: cpu cannot (no kernel); runs on reference        │
      │12:00:00    cpu x2 fp32: 6 steps, arena 4.10KB, 1 fell back (log)             │
      │12:00:00    opened cat.bmp, 640x480                                           │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      Tab pane  r run  b backend  p precision  t threads  / find        ? help  q quit
      """
    #expect(screen(80, 24, "8") == expected)
  }

  @Test("the tree alone at 40x10")
  func graph40x10() {
    let expected = """
      net.tflite  8 ops      │cpu fp32 │0.61ms
      [1Graph] 2Tensors 3Profile 5Run 8Log
      operator               output    ms time
        entry/conv            4x4x8  0.10 █▍
      ▾ block1               4x4x16  0.35 ████
          expand             4x4x16 0.050 ▋
          depthwise          4x4x16  0.30 ████
          relu               4x4x16 fused
      ▾ block2               4x4x16  0.13 █▊
      hl fold  c colour  r run  ? help  q quit
      """
    #expect(screen(40, 10, "1") == expected)
  }

  @Test("the profile alone at 40x10")
  func profile40x10() {
    let expected = """
      net.tflite  8 ops      │cpu fp32 │0.61ms
      1Graph 2Tensors [3Profile] 5Run 8Log
      op                           p50ms    %↓
      block1/depthwise              0.30  50.0
      entry                         0.10  16.7
      block2/depthwise             0.080  13.3
      block1/expand                0.050   8.3
      block2/expand                0.050   8.3
      end                          0.020   3.3
      s sort  y copy  r run     ? help  q quit
      """
    #expect(screen(40, 10, "3") == expected)
  }

  @Test("a tree, a view and a detail at 120x30")
  func profile120x30() {
    let expected = """
      net.tflite  8 ops  1.08K par  12.2KMAC                                                   │ cpu x2 fp32 │ 0.61ms p90 0.67
       1 Graph  2 Tensors [3 Profile] 5 Run  8 Log
      ┌─ Graph ───────────────── 4/10 ─┐┌─ Profile ──────────────────────────────────── 1/6 ─┐┌─ Detail ─────────────────────┐
      │operator                 ms time││   # op                type              p50ms    %↓││depthwise                     │
      │  entry/conv           0.10 █▍  ││   2 block1/depthwise  DepthwiseConv2D    0.30  50.0││type      DepthwiseConv2D     │
      │▾ block1               0.35 ████││   0 entry             Conv2D             0.10  16.7││name      net/block1/depthwise│
      │    expand            0.050 ▋   ││   4 block2/depthwise  DepthwiseConv2D   0.080  13.3││time      0.30ms  50.0%       │
      │    depthwise          0.30 ████││   1 block1/expand     Conv2D            0.050   8.3││p90       0.33ms              │
      │    relu              fused     ││   3 block2/expand     Conv2D            0.050   8.3││runs on   cpu in fp32         │
      │▾ block2               0.13 █▊  ││   5 end               Softmax           0.020   3.3││kernel    rows                │
      │    expand            0.050 ▋   ││                                                    ││+ fused   Relu relu          →│
      │    depthwise         0.080 █▏  ││                                                    ││                              │
      │    relu              fused     ││                                                    ││MACs      2.30K  18.9%        │
      │  end/softmax         0.020 ▎   ││                                                    ││params    216                 │
      │                                │└────────────────────────────────────────────────────┘│bytes     64B in, 32B out     │
      │                                │┌─ Totals ───────────────────────────────────────────┐│MAC/byte  24.00               │
      │                                ││DepthwiseConv2D      2    0.38ms  63.3% ███████▋    ││                              │
      │                                ││Conv2D               3    0.20ms  33.3% ████        ││strides   2x2                 │
      │                                ││Softmax              1   0.020ms   3.3% ▍           ││                              │
      │                                ││                                                    ││inputs                        │
      │                                ││                                                    ││in0       1x4x4x16 float32   →│
      │                                ││                                                    ││   Conv2D expand              │
      │                                ││                                                    ││in1       1x3x3x16 float32   →│
      │                                ││CCCCCCCCCCCCCDDDDDDDDDDDDDDDDDDDDDDDDDDCCCCDDDDDDDSS││   weight weights             │
      │                                ││0               one run, cpu x2 fp32          0.60ms││outputs                       │
      │                                ││100.0% of wall accounted for: OK                    ││out0      1x4x4x16 float32   →│
      │                                ││n=20 warm=2 CV 1.4%  monotonic clock of the host    ││   Relu relu                  │
      └────────────────────────────────┘└────────────────────────────────────────────────────┘└──────────────────────────────┘

      s sort  y copy  r run  b backend  p precision  t threads  / find  o open                                  ? help  q quit
      """
    #expect(screen(120, 30, "3") == expected)
  }

  @Test("everything at once at 200x50")
  func workbench200x50() {
    let expected = """
      net.tflite  8 ops  1.08K par  12.2KMAC                                                                                                                                   │ cpu x2 fp32 │ 0.61ms p90 0.67
      [1 Graph] 2 Tensors  3 Profile  5 Run  8 Log
      ┌─ Graph ───────────────────────────────────────── 4/10 ─┐┌─ Profile ─────────────────────────────────────────────────────────────────── 1/6 ─┐┌─ Detail ──────────────────────────────────────────────┐
      │operator                type           output    ms time││   # op                      type             on           p50ms    p90    %↓  cum%││depthwise                                              │
      │  entry/conv            Conv2D          4x4x8  0.10 █▍  ││   2 block1/depthwise        DepthwiseConv2D  cpu           0.30   0.33  50.0  50.0││type      DepthwiseConv2D                              │
      │▾ block1                3 ops          4x4x16  0.35 ████││   0 entry                   Conv2D           cpu           0.10   0.11  16.7  66.7││name      net/block1/depthwise                         │
      │    expand              Conv2D         4x4x16 0.050 ▋   ││   4 block2/depthwise        DepthwiseConv2D  cpu          0.080  0.088  13.3  80.0││time      0.30ms  50.0%                                │
      │    depthwise           Depthwise…     4x4x16  0.30 ████││   1 block1/expand           Conv2D           cpu          0.050  0.055   8.3  88.3││p90       0.33ms                                       │
      │    relu                Relu           4x4x16 fused     ││   3 block2/expand           Conv2D           cpu          0.050  0.055   8.3  96.7││runs on   cpu in fp32                                  │
      │▾ block2                3 ops          4x4x16  0.13 █▊  ││   5 end                     Softmax          reference !  0.020  0.022   3.3 100.0││kernel    rows                                         │
      │    expand              Conv2D         4x4x16 0.050 ▋   ││                                                                                   ││+ fused   Relu relu                                   →│
      │    depthwise           Depthwise…     4x4x16 0.080 █▏  ││                                                                                   ││                                                       │
      │    relu                Relu           4x4x16 fused     ││                                                                                   ││MACs      2.30K  18.9%                                 │
      │  end/softmax           Softmax !          10 0.020 ▎   ││                                                                                   ││params    216                                          │
      │                                                        ││                                                                                   ││bytes     64B in, 32B out                              │
      │                                                        ││                                                                                   ││MAC/byte  24.00                                        │
      │                                                        ││                                                                                   ││                                                       │
      │                                                        ││                                                                                   ││strides   2x2                                          │
      │                                                        ││                                                                                   │└───────────────────────────────────────────────────────┘
      │                                                        ││                                                                                   │┌─ Tensor ──────────────────────────────────────────────┐
      │                                                        ││                                                                                   ││depthwise                                              │
      │                                                        │└───────────────────────────────────────────────────────────────────────────────────┘│type      1x4x4x16 float32                             │
      └────────────────────────────────────────────────────────┘┌─ Totals ──────────────────────────────────────────────────────────────────────────┐│role      activation                                   │
      ┌─ Input ────────────────────────────────────────────────┐│DepthwiseConv2D      2    0.38ms  63.3% ███████████████████████████▎               ││bytes     2.05KB                                       │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││Conv2D               3    0.20ms  33.3% ██████████████▍                            ││values: being read…                                    │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││Softmax              1   0.020ms   3.3% █▍                                         ││                                                       │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││                                                                                   ││made by   DepthwiseConv2D depthwise                   →│
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││                                                                                   ││read by   Relu relu                                   →│
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││                                                                                   ││                                                       │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││                                                                                   ││                                                       │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││                                                                                   ││                                                       │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││CCCCCCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDCCCCCCCDDDDDDDDDDDSSS││                                                       │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││0                              one run, cpu x2 fp32                          0.60ms││                                                       │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││ops 0.600 + copies 0.000 + dispatch 0.010 = 0.610 of 0.610 ms: 100.0% OK           ││                                                       │
      │▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                           ││n=20 warm=2 CV 1.4%  monotonic clock of the host                                   │└───────────────────────────────────────────────────────┘
      │cat.bmp 640x480                                         │└───────────────────────────────────────────────────────────────────────────────────┘┌─ Result ──────────────────────────────────────────────┐
      │→ 8x8 stretch, bilinear                                 │┌─ Tensors ────────────────────────────────────────────────────────────────── 7/14 ─┐│top 2  cat.bmp                                     fp32│
      │(byte − 127.5) × 0.00784, RGB                           ││tensor                role       shape           dtype      bytes      min      max││281 tabby                                         71.3%│
      └────────────────────────────────────────────────────────┘│image                 input      1x8x8x3         float32     768B        ·        ·││285 Egyptian cat                                  12.0%│
      ┌─ Log ──────────────────────────────────────────── 4/4 ─┐│entry/conv/weights    weight     8x3x3x3         float32     864B        ·        ·││labels: ImageNet (guessed from 1000 classes)           │
      │12:00:00    opened net.tflite: TensorFlow Lite 3, 8 ope…││entry/conv            activation 1x4x4x8         float32   2.05KB        ·        ·││                                                       │
      │12:00:00 !  net/end/softmax: cpu cannot (no kernel); ru…││block1/expand/weights weight     16x1x1x8        float32     864B        ·        ·││pre 1.90ms infer 0.61ms post 0.030ms 394/s             │
      │12:00:00    cpu x2 fp32: 6 steps, arena 4.10KB, 1 fell …││block1/expand         activation 1x4x4x16        float32   2.05KB        ·        ·││                                                       │
      │12:00:00    opened cat.bmp, 640x480                     ││block1/dep…se/weights weight     1x3x3x16        float32     864B        ·        ·││softmax  1x10 float32                                  │
      │                                                        ││block1/depthwise      activation 1x4x4x16        float32   2.05KB        ·        ·││0.1 0.2                                                │
      │                                                        ││block1/relu           activation 1x4x4x16        float32   2.05KB        ·        ·││                                                       │
      │                                                        ││block2/expand/weights weight     16x1x1x8        float32     864B        ·        ·││                                                       │
      └────────────────────────────────────────────────────────┘└───────────────────────────────────────────────────────────────────────────────────┘└───────────────────────────────────────────────────────┘

      hl fold  c colour  r run  b backend  p precision  t threads  / find  o open                                                                                                               ? help  q quit
      """
    #expect(screen(200, 50, "1") == expected)
  }
}
