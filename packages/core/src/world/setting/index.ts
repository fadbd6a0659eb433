export { chair, drawThing, surfacesOf, type Thing } from "./furniture.js";
export { drawSetting, type Setting, type SettingOptions } from "./setting.js";
