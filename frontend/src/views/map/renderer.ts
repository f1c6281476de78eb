/** Draws the points of a map with WebGL 2: all of them in one call, from buffers that change only when the points do. */
import type { Rgb } from "./colours";
import { clipScale, type Size, type View } from "./view";

/** What a point is; later ones lie over earlier ones. */
export const PLAIN = 0;
export const HIGHLIGHTED = 1;
export const CHOSEN = 2;

export interface Colours {
  plain: Rgb;
  highlighted: Rgb;
  chosen: Rgb;
}

export interface Look {
  colours: Colours;
  /** Diameter of a point, in CSS pixels. */
  diameter: number;
  /** How solid plain points are, 0 to 1: less where others are to stand out. */
  solidity: number;
}

const POINT_SHADER = `#version 300 es
in vec2 place;
in float kind;
uniform vec2 middle;
uniform vec2 scale;
uniform float diameter;
uniform vec4 colours[3];
flat out vec4 colour;
flat out float softness;
void main() {
  float size = diameter * (1.0 + 0.25 * kind);
  gl_Position = vec4((place - middle) * scale, 0.5 - 0.25 * kind, 1.0);
  gl_PointSize = size;
  colour = colours[int(kind)];
  softness = 2.0 / size;
}`;

const DOT_SHADER = `#version 300 es
precision mediump float;
flat in vec4 colour;
flat in float softness;
out vec4 result;
void main() {
  float far = 2.0 * length(gl_PointCoord - 0.5);
  float cover = 1.0 - smoothstep(1.0 - softness, 1.0, far);
  if (cover <= 0.02) discard;
  float alpha = colour.a * cover;
  result = vec4(colour.rgb * alpha, alpha);
}`;

function compiled(gl: WebGL2RenderingContext, type: GLenum, source: string): WebGLShader {
  const shader = gl.createShader(type);
  if (!shader) throw new Error("no shader");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? "shader");
  return shader;
}

function linked(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, POINT_SHADER],
    [gl.FRAGMENT_SHADER, DOT_SHADER],
  ] as const) {
    gl.attachShader(program, compiled(gl, type, source));
  }
  gl.bindAttribLocation(program, 0, "place");
  gl.bindAttribLocation(program, 1, "kind");
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "program");
  return program;
}

export class Renderer {
  private readonly places: WebGLBuffer;
  private readonly kinds: WebGLBuffer;
  private readonly uniforms: Record<"middle" | "scale" | "diameter" | "colours", WebGLUniformLocation | null>;
  private count = 0;

  private constructor(private readonly gl: WebGL2RenderingContext) {
    const program = linked(gl);
    // biome-ignore lint/correctness/useHookAtTopLevel: WebGL's own name
    gl.useProgram(program);
    const at = (name: string) => gl.getUniformLocation(program, name);
    this.uniforms = { middle: at("middle"), scale: at("scale"), diameter: at("diameter"), colours: at("colours") };
    this.places = this.attribute(0, 2, gl.FLOAT);
    this.kinds = this.attribute(1, 1, gl.UNSIGNED_BYTE);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.DEPTH_TEST);
    // Points of one kind lie over one another; those of a later kind over all before.
    gl.depthFunc(gl.LEQUAL);
  }

  /** Nothing where the browser has no WebGL 2, or its driver fails. */
  static on(canvas: HTMLCanvasElement): Renderer | undefined {
    const gl = canvas.getContext("webgl2", { alpha: true, antialias: false, powerPreference: "low-power" });
    if (!gl) return undefined;
    try {
      return new Renderer(gl);
    } catch {
      return undefined;
    }
  }

  /** Two numbers a point. */
  setPlaces(xy: Float32Array): void {
    this.count = xy.length / 2;
    this.fill(this.places, xy, this.gl.STATIC_DRAW);
    this.setKinds(new Uint8Array(this.count));
  }

  /** One of the kinds for each point. */
  setKinds(kinds: Uint8Array): void {
    this.fill(this.kinds, kinds, this.gl.DYNAMIC_DRAW);
  }

  /** `ratio`: pixels of the screen in a CSS pixel. */
  draw(view: View, size: Size, ratio: number, { colours, diameter, solidity }: Look): void {
    const { gl, uniforms } = this;
    const { plain, highlighted, chosen } = colours;
    const scale = clipScale(view, size);
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniform2f(uniforms.middle, view.x, view.y);
    gl.uniform2f(uniforms.scale, scale.x, scale.y);
    gl.uniform1f(uniforms.diameter, diameter * ratio);
    gl.uniform4fv(uniforms.colours, [...plain, solidity, ...highlighted, 1, ...chosen, 1]);
    gl.drawArrays(gl.POINTS, 0, this.count);
  }

  private attribute(place: number, size: number, type: GLenum): WebGLBuffer {
    const { gl } = this;
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, type, false, 0, 0);
    return buffer;
  }

  private fill(buffer: WebGLBuffer, data: Float32Array | Uint8Array, usage: GLenum): void {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, data, usage);
  }
}
