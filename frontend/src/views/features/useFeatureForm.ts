/** What a form of a feature shares: the index as typed, what is wrong, and sending it once. */
import { useState } from "react";
import { ApiError } from "../../api/errors";
import { refreshFeatures } from "../../api/features";
import { sayFailure } from "../../parts/toasts";
import type { IndexTyped } from "./IndexFields";
import { type SettingName, type Understood, understood } from "./settings";

type Errors = Readonly<Record<string, readonly string[]>>;

export interface FeatureFormState {
  index: IndexTyped;
  setIndex: (index: IndexTyped) => void;
  wrong: readonly SettingName[];
  errorOf: (field: string) => string | undefined;
  setErrors: (errors: Errors) => void;
  /** Sends what was understood; nothing is sent while a field is wrong. */
  submit: (send: (settings: Understood["settings"]) => Promise<void>) => Promise<void>;
}

/** `onBusy`: it is being sent, or is not any more. */
export function useFeatureForm(initial: IndexTyped, onBusy: (isBusy: boolean) => void): FeatureFormState {
  const [index, setIndex] = useState(initial);
  const [wrong, setWrong] = useState<readonly SettingName[]>([]);
  const [errors, setErrors] = useState<Errors>({});
  const submit: FeatureFormState["submit"] = async (send) => {
    const { settings, wrong: unfit } = understood(index.kind, index.typed);
    setWrong(unfit);
    if (unfit.length > 0) return;
    onBusy(true);
    try {
      await send(settings);
      void refreshFeatures();
    } catch (error) {
      if (error instanceof ApiError && Object.keys(error.fields).length > 0) setErrors(error.fields);
      else sayFailure(error);
    } finally {
      onBusy(false);
    }
  };
  const errorOf = (field: string) => errors[field]?.join(" ");
  return { index, setIndex, wrong, errorOf, setErrors, submit };
}
